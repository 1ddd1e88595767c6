@0xb7d3f0c1a95e2d64;
# The frames of Tidegate (docs/protocol.md) and the Envelope of its records, in Cap'n Proto.
#
# In subprotocol tidegate.v1.capnp each binary WebSocket message holds one or more of these messages in the standard
# unpacked stream framing, back to back: a client sends ClientFrame, the gateway sends ServerFrame. schema/README.md
# tells how to speak it from other languages.
#
# How it stays compatible, old with new and new with old:
# - fields and union members are only ever added, with the next free number; none is removed, re-typed or re-numbered;
# - no field has a default other than zero, and what is zero or null means "absent" or the oldest behaviour;
# - no frame holds a List of structs: lists of pairs are List(Text) that alternate, and lists of frames are Data that
#   holds messages back to back, as a WebSocket message does;
# - a reader ignores fields that it does not know, and answers or skips union members that it does not know.
#
# An optional Text is absent where its pointer is null: "" is a text. Texts are UTF-8, checked.

struct ClientFrame {
  # What a client asks for.

  id @0 :UInt32;
  # The request's number: its one answer has it too. 0: the client wants no answer to refer to.

  union {
    none @1 :Void;
    # Nothing was asked: answered with the error unknown_frame, as members that the gateway does not know are.

    publish @2 :Publish;
    subscribe @3 :Subscribe;
    unsubscribe @4 :OnChannel;
    history @5 :History;
    presence @6 :OnChannel;
    ping @7 :Void;
    connect @8 :Connect;
    # Optional; only as the first frame, and with id 0.
    refresh @9 :Refresh;
  }
}

struct Publish {
  # A message for a channel.

  channel @0 :Text;

  payload :union {
    none @1 :Void;
    # Refused: a client deletes nothing.
    json @2 :Text;
    # Valid JSON. It is passed on as it is: numbers of any size keep their digits.
    text @3 :Text;
    bytes @4 :Data;
    # For channels of bytes only.
  }

  messageId @5 :Text;
  # The client's own name for the message, 1 to 64 of A-Z a-z 0-9 _ . : ~ -: sent again, it counts once.

  headers @6 :List(Text);
  # name, value, name, value, ...
}

struct Subscribe {
  channel @0 :Text;
  since @1 :Text;
  # A cursor, "earliest", or null for now on.
}

struct OnChannel {
  # A request that names a channel and nothing more.
  channel @0 :Text;
}

struct History {
  # A look back: the newest publications before a cursor.

  channel @0 :Text;
  before @1 :Text;
  # A cursor, or null for now.
  limit @2 :UInt32;
  # How many publications at most; 0: as many as is usual.
}

struct Connect {
  token @0 :Text;
  resume @1 :Text;
  # What `connected` gave: restores an anonymous user id.
  since @2 :List(Text);
  # channel, cursor, channel, cursor, ...: where to go on in channels that are subscribed on connect.
  maxMessageBytes @3 :UInt32;
  # The client wants no WebSocket message over so many bytes, unless a single frame is larger. 0: no wish.
}

struct Refresh {
  # A new token, of the same user, to go on with.
  token @0 :Text;
}

struct ServerFrame {
  # What the gateway tells a client.

  id @0 :UInt32;
  # That of the request which this answers; 0 where it answers none.

  union {
    none @1 :Void;
    publication @2 :Publication;
    published @3 :Published;
    subscribed @4 :Subscribed;
    unsubscribed @5 :Unsubscribed;
    history @6 :HistoryPage;
    presence @7 :PresenceList;
    pong @8 :Void;
    error @9 :Failure;
    connected @10 :Connected;
    gap @11 :Gap;
    draining @12 :Draining;
    refreshed @13 :Refreshed;
    skipped @14 :Skipped;
    joined @15 :PresenceChange;
    left @16 :PresenceChange;
  }
}

struct Publication {
  # A message on a channel, as its subscribers see it.

  channel @0 :Text;

  cursor @1 :Text;
  # Where to go on from after this publication.

  time @2 :Int64;
  # The record's timestamp, in milliseconds since 1970; -1 where it has none.

  payload :union {
    none @3 :Void;
    # A tombstone: the message was deleted.
    json @4 :Text;
    # Valid JSON without CR and LF, as it was published.
    text @5 :Text;
    bytes @6 :Data;
  }

  sender @7 :Text;
  # The user that the gateway authenticated, or what a foreign producer said.

  messageId @8 :Text;

  headers @9 :List(Text);
  # name, value, name, value, ...; null where there are none.

  to @10 :Text;
  # On a sender's own copy of a direct message: the channel that it was sent to.
}

struct Published {
  # The message is in the log.
  channel @0 :Text;
  partition @1 :UInt32;
  offset @2 :UInt64;
  duplicate @3 :Bool;
  # This node had read the message before: the position is that of the first one.
}

struct Subscribed {
  channel @0 :Text;
  cursor @1 :Text;
  recovered @2 :Bool;
  # Everything after the cursor of the request was delivered.
  reason @3 :Text;
  # Why not, where it was not.
}

struct Unsubscribed {
  channel @0 :Text;
  reason @1 :Text;
  # Where the gateway ended the subscription.
}

struct HistoryPage {
  channel @0 :Text;
  cursor @1 :Text;
  # What to give as `before` to go on.
  more @2 :Bool;
  # Whether there is more before these.
  publications @3 :Data;
  # ServerFrames that are publications, oldest first, back to back as in a WebSocket message.
}

struct PresenceList {
  channel @0 :Text;
  users @1 :List(Text);
  sessions @2 :List(UInt32);
  # How many sessions each of the users has.
}

struct Failure {
  # Why a request was refused.

  code @0 :Text;
  # Stable, for programs: forbidden, unavailable, ... (docs/protocol.md lists them).
  message @1 :Text;
  # For a person.
  retry @2 :Retry;
  retryAfterMs @3 :UInt32;
}

enum Retry {
  # What a client does after a failure.
  none @0;
  # The request is wrong.
  retry @1;
  # It may be tried again at once.
  wait @2;
  # It may be tried again after retryAfterMs.
  cancel @3;
  # It was cancelled.
}

struct Connected {
  # The first frame of a session.

  session @0 :Text;
  user @1 :Text;
  node @2 :Text;
  resume @3 :Text;
  # Signed; restores an anonymous user id after a re-connect.
  pingSeconds @4 :UInt32;
  maxFrameBytes @5 :UInt32;
  subscriptions @6 :Data;
  # ServerFrames that are `subscribed`, back to back as in a WebSocket message: what is subscribed on connect.
}

struct Gap {
  # The log itself lost or cut records of a channel.
  channel @0 :Text;
  cursor @1 :Text;
  reason @2 :Text;
}

struct Draining {
  # The node is being stopped.
  reconnectAfterMs @0 :UInt32;
}

struct Refreshed {
  # The connection goes on with the new token.
  expiresAt @0 :Int64;
  # When it ends without another one, in milliseconds since 1970; 0: never.
}

struct Skipped {
  # This client is too slow for a channel, whose policy left publications out.
  channel @0 :Text;
  cursor @1 :Text;
  # That of the last one that was left out.
  count @2 :UInt32;
}

struct PresenceChange {
  # The first connection of a user subscribes to a channel, or the last one no longer does.
  channel @0 :Text;
  user @1 :Text;
}

struct Envelope {
  # The value of a record on a route with value = "capnp": one message in the standard unpacked stream framing.

  payload :union {
    none @0 :Void;
    # A tombstone, as a record without a value is.
    json @1 :Text;
    text @2 :Text;
    bytes @3 :Data;
  }

  sender @4 :Text;
  session @5 :Text;
  messageId @6 :Text;

  headers @7 :List(Text);
  # name, value, name, value, ...

  to @8 :Text;
  # On a sender's own copy of a direct message: the channel that it was sent to.
}
