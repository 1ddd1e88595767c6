import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { addressSet, isAddressRange, LOOPBACK } from "../../../adapters/auth/address_set.ts";

/** The reference: an address is 32 or 128 bits, and a range is its first bits. */
function bitsOfV4(octets: readonly number[]): string {
  return octets.map((octet) => octet.toString(2).padStart(8, "0")).join("");
}
function bitsOfV6(groups: readonly number[]): string {
  return groups.map((group) => group.toString(2).padStart(16, "0")).join("");
}

const v4 = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
const v6 = fc.array(fc.oneof(fc.nat(0xffff), fc.constantFrom(0, 0xffff)), { minLength: 8, maxLength: 8 })
  .filter((groups) => !(groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff));
const textOfV6 = (groups: readonly number[]) => groups.map((group) => group.toString(16)).join(":");

/** A number that shares its first `prefix` bits with another one, or fewer. */
const flipped = (bits: string, at: number) => bits.slice(0, at) + (bits[at] === "1" ? "0" : "1") + bits.slice(at + 1);

Deno.test("an IPv4 address is in a range exactly when the range's first bits are its own", () => {
  fc.assert(fc.property(v4, fc.nat(32), fc.option(fc.nat(31)), fc.boolean(), (base, prefix, flip, mapped) => {
    const bits = flip === null ? bitsOfV4(base) : flipped(bitsOfV4(base), flip);
    const octets = [0, 8, 16, 24].map((at) => parseInt(bits.slice(at, at + 8), 2));
    const set = addressSet([mapped ? `::ffff:${base.join(".")}/${96 + prefix}` : `${base.join(".")}/${prefix}`]);
    const expected = bits.slice(0, prefix) === bitsOfV4(base).slice(0, prefix);
    const hex = octets.map((octet) => octet.toString(16).padStart(2, "0"));
    assertEquals(set.has(octets.join(".")), expected);
    assertEquals(set.has(`::ffff:${octets.join(".")}`), expected);
    assertEquals(set.has(`::FFFF:${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`), expected);
    assertEquals(set.has(`0:0:0:0:0:ffff:${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`), expected);
  }));
});

Deno.test("an IPv6 address is in a range exactly when the range's first bits are its own", () => {
  fc.assert(fc.property(v6, fc.nat(128), fc.option(fc.nat(127)), (base, prefix, flip) => {
    const bits = flip === null ? bitsOfV6(base) : flipped(bitsOfV6(base), flip);
    const groups = Array.from({ length: 8 }, (_, at) => parseInt(bits.slice(at * 16, at * 16 + 16), 2));
    fc.pre(!(groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff));
    const set = addressSet([`${textOfV6(base)}/${prefix}`]);
    const expected = bits.slice(0, prefix) === bitsOfV6(base).slice(0, prefix);
    assertEquals(set.has(textOfV6(groups)), expected);
    assertEquals(set.has(`${textOfV6(groups)}%eth0`), expected);
  }));
});

Deno.test("ranges of one version hold no addresses of the other", () => {
  fc.assert(fc.property(v4, v6, (four, six) => {
    assert(!addressSet(["0.0.0.0/0"]).has(textOfV6(six)));
    assert(!addressSet(["::/0"]).has(four.join(".")));
    assert(!addressSet(["::/0"]).has(`::ffff:${four.join(".")}`));
  }));
});

Deno.test("a range without a prefix length is one address", () => {
  const set = addressSet(["10.0.0.1", "fd00::1"]);
  assert(set.has("10.0.0.1") && set.has("fd00::1"));
  assert(!set.has("10.0.0.2") && !set.has("fd00::2"));
});

Deno.test("loopback is 127.0.0.0/8 and ::1, in each spelling", () => {
  const set = addressSet(LOOPBACK);
  for (const own of ["127.0.0.1", "127.255.1.2", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"]) {
    assert(set.has(own), own);
  }
  for (const other of ["128.0.0.1", "::", "::2", "10.0.0.1", "::ffff:10.0.0.1"]) assert(!set.has(other), other);
});

Deno.test("a text that is no address is in no set", () => {
  const set = addressSet(["0.0.0.0/0", "::/0"]);
  for (const text of ["", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "::g", "%eth0", "[::1]"]) {
    assert(!set.has(text), text);
  }
  fc.assert(fc.property(fc.string(), (text) => {
    set.has(text);
  }));
});

Deno.test("what is no range is told apart from what is", () => {
  for (const text of ["10.0.0.0/8", "10.0.0.1", "::/0", "::1", "fd00::/128", "0.0.0.0/0", "::ffff:10.0.0.0/104"]) {
    assert(isAddressRange(text), text);
  }
  for (
    const text of [
      "",
      "10.0.0.0/33",
      "::/129",
      "10.0.0.0/",
      "10.0.0.0/08",
      "10.0.0.0/-1",
      "10/8",
      "a/8",
      "10.0.0.0/8/8",
    ]
  ) {
    assert(!isAddressRange(text), text);
  }
});

Deno.test("a range that is none is refused by its name", () => {
  assertThrows(() => addressSet(["10.0.0.0/8", "10.0.0.0/99"]), TypeError, '"10.0.0.0/99"');
});
