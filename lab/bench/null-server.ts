/** Answers whatever comes over a connection with the same bytes: the least that any server of HTTP can do. */
import { createServer } from "node:net";

const ANSWER = Buffer.from(
  [
    "HTTP/1.1 200 OK",
    'etag: "0123456789abcdef0123456789abcdef"',
    "content-length: 65536",
    "content-type: binary/octet-stream",
    "last-modified: Thu, 01 Jan 2026 00:00:00 GMT",
    "x-amz-request-id: 0123456789ABCDEF",
    "",
    "",
  ].join("\r\n"),
  "latin1",
);

// One request at a time per connection, each in one piece: that is how the transport sends them.
const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on("data", () => socket.write(ANSWER));
  socket.on("error", () => socket.destroy());
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") process.send?.(`http://127.0.0.1:${address.port}`);
});
process.on("disconnect", () => process.exit(0));
