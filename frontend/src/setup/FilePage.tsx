/** The set-up file: download it, or import one after seeing what it changes. */
import { CircleCheck, Download } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showFailure } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { queryClient, signedFetch } from "@/api/client";
import { sentenceOf, toApiError } from "@/api/errors";
import type { SetupChanges } from "@/api/generated";
import { download } from "@/customers/download";
import { Button } from "@/design/Button";
import { FileChoice } from "@/design/FileChoice";
import { Changes } from "./Changes";
import { Problems } from "./Problems";
import { Card, Page, PageTitle } from "./parts";
import { bringIn, changesNothing, plan } from "./transfer";

const FILE = "/api/v1/setup/file";

async function readFile(): Promise<Blob> {
  const response = await signedFetch(new Request(FILE));
  if (!response.ok) throw await toApiError(response);
  return await response.blob();
}

export function FilePage() {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  return (
    <Page>
      <PageTitle title={t("nav.file")} hint={t("file.hint")} />
      <Card title={t("file.export")}>
        <div className="flex flex-wrap items-center gap-4">
          <p className="min-w-60 flex-1 text-muted">{t("file.exportHint")}</p>
          <Button
            onClick={() =>
              download(readFile(), "zenspa.yaml").catch((error: unknown) =>
                showFailure(sentenceOf(common, error)),
              )
            }
            className="pointer-coarse:h-11"
          >
            <Download aria-hidden size={16} />
            {t("file.download")}
          </Button>
        </div>
      </Card>
      <Import />
    </Page>
  );
}

function Import() {
  const { t } = useTranslation("setup");
  const [file, setFile] = useState<File | null>(null);
  const [changes, setChanges] = useState<SetupChanges | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isReading, setReading] = useState(false);
  const [force, setForce] = useState(false);
  const [isDone, setDone] = useState(false);
  const look = (next: File) => {
    setFile(next);
    setChanges(null);
    setError(null);
    setForce(false);
    setDone(false);
    setReading(true);
    plan(next)
      .then(setChanges, setError)
      .finally(() => setReading(false));
  };
  const { run, isRunning } = useAction({
    send: (input: { file: File; changes: SetupChanges; force: boolean }) =>
      bringIn(input.file, input.changes, input.force),
    onDone: () => {
      setDone(true);
      setChanges(null);
      void queryClient.invalidateQueries();
    },
    onRefused: (reason) => {
      setError(reason);
      setChanges(null);
    },
  });
  const strands = changes !== null && changes.stranded.length > 0;
  return (
    <>
      <Card title={t("file.import")}>
        <FileChoice
          file={file}
          name={t("file.choose")}
          hint={file === null ? t("file.drop") : t("file.another")}
          accept=".yaml,.yml,.json"
          isDisabled={isReading || isRunning}
          onFile={look}
        />
        {isReading && (
          <p role="status" className="mt-3 text-muted">
            {t("file.reading")}
          </p>
        )}
        {isDone && (
          <p role="status" className="mt-3 flex items-center gap-2 font-medium">
            <CircleCheck aria-hidden size={18} className="text-accent" />
            {t("file.done")}
          </p>
        )}
        {changes !== null && changesNothing(changes) && (
          <p role="status" className="mt-3 flex items-center gap-2">
            <CircleCheck aria-hidden size={18} className="text-accent" />
            {t("file.nothing")}
          </p>
        )}
      </Card>
      {error !== null && <Problems error={error} />}
      {changes !== null && (
        <>
          <Changes changes={changes} />
          {file !== null && !changesNothing(changes) && (
            <div className="sticky bottom-0 -mx-1 flex flex-wrap items-center gap-4 border-line border-t bg-page px-1 py-3">
              {strands && (
                <label className="flex min-h-9 items-center gap-2.5">
                  <input
                    type="checkbox"
                    className="size-4.5 accent-accent"
                    checked={force}
                    onChange={(event) => setForce(event.target.checked)}
                  />
                  {t("file.force", { count: changes.stranded.length })}
                </label>
              )}
              <Button
                kind="primary"
                className="ml-auto pointer-coarse:h-11"
                disabled={isRunning || (strands && !force)}
                onClick={() => run({ file, changes, force })}
              >
                {isRunning ? t("check.saving") : t("file.apply")}
              </Button>
            </div>
          )}
        </>
      )}
    </>
  );
}
