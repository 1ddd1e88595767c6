export { type MarbleKit, marbles, type Picture, type Watched } from "../testing/marbles.ts";
