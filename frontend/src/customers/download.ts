/** Save what the API returns as a file of this device. */
export async function download(content: Promise<unknown>, name: string): Promise<void> {
  const data = await content;
  const blob = data instanceof Blob ? data : new Blob([String(data)], { type: "text/csv;charset=utf-8" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken the file by then; without this it stays in memory until the page is left.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
