/** Copy a text. Rejects where the page is served without HTTPS. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard === undefined) throw new Error("no clipboard");
  await navigator.clipboard.writeText(text);
}
