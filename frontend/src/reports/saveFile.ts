/** Save a file of the API under the name that the API gives it. */
import { call } from "@/api/client";
import { download } from "@/customers/download";

/** An answer of the generated client. */
export type Answer = Promise<{ data?: unknown; error?: unknown; response?: Response }>;

export async function saveFile(answer: Answer): Promise<void> {
  const content = await call(answer);
  const { response } = await answer;
  const name = /filename="([^"]+)"/.exec(response?.headers.get("Content-Disposition") ?? "")?.[1];
  await download(Promise.resolve(content), name ?? "zenspa");
}
