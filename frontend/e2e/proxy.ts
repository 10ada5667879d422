/** A network between the browser and the server that a test can cut. */
import { connect, createServer, type Socket } from "node:net";

export interface Network {
  port: number;
  /** Break every connection and refuse new ones. */
  cut: () => Promise<void>;
  restore: () => Promise<void>;
  /** From now on requests reach the server, and no answer comes back. Ends with `cut`. */
  loseAnswers: () => void;
}

export async function startNetwork(target: number): Promise<Network> {
  const sockets = new Set<Socket>();
  let losesAnswers = false;
  const server = createServer((inside) => {
    const outside = connect(target, "localhost");
    for (const [socket, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.on("data", (bytes) => {
        if (socket === inside || !losesAnswers) other.write(bytes);
      });
      socket.on("end", () => other.end());
    }
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, "localhost", resolve));
  await listen(0);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  const { port } = address;
  return {
    port,
    cut: () =>
      new Promise((resolve) => {
        losesAnswers = false;
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
    restore: () => listen(port),
    loseAnswers: () => {
      losesAnswers = true;
    },
  };
}
