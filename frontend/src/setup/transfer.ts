/** The set-up file and the API: what a file would change, and its import. */
import { call } from "@/api/client";
import { ApiError } from "@/api/errors";
import { importSetup, planSetup, type SetupChanges, type SpaFile } from "@/api/generated";
import { currentLanguage } from "@/i18n";

export function toUpload(file: SpaFile): File {
  return new File([JSON.stringify(file)], "zenspa.json", { type: "application/json" });
}

export function plan(file: File): Promise<SetupChanges> {
  return call(planSetup({ body: { file } }));
}

export function planQuery(file: SpaFile) {
  return {
    queryKey: ["setup", "plan", file, currentLanguage()],
    queryFn: () => plan(toUpload(file)),
    gcTime: 0, // somebody else may set up the spa meanwhile
    retry: false,
  };
}

/** Make the changes that were shown. Once they are made, a second time changes nothing. */
export async function bringIn(file: File, shown: SetupChanges, force: boolean): Promise<SetupChanges> {
  try {
    return await call(importSetup({ body: { file }, query: { expected: shown.digest, force } }));
  } catch (error) {
    // The answer to the same request may have been lost on its way: then there is nothing left to change.
    if (!(error instanceof ApiError) || error.code !== "SETUP_CHANGED") throw error;
    if (!changesNothing(await plan(file))) throw error;
    return shown;
  }
}

export function changesNothing({ items, reordered }: SetupChanges): boolean {
  return reordered.length === 0 && items.every(({ change }) => change === "left");
}
