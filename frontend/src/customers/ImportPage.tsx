/** Customers from a CSV file: choose it, preview each column and row, import, and take the bad rows back. */

import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, Download, Lock, TriangleAlert } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAction } from "@/actions/useAction";
import { ApiError, sentenceOf } from "@/api/errors";
import type { CustomerImportPreview, CustomerImportResult } from "@/api/generated";
import { upload } from "@/api/upload";
import { useTitle } from "@/app/useTitle";
import { Button, buttonClass } from "@/design/Button";
import { FileChoice } from "@/design/FileChoice";
import { Notice } from "@/design/Notice";
import { CUSTOMERS } from "./data";
import { download } from "./download";
import { ImportPreview } from "./ImportPreview";
import { type Choices, importQuery, NO_CHOICES, previewQuery, refusedName } from "./import";
import { Progress } from "./Progress";
import { useRights } from "./roles";

const IMPORT = "/api/v1/customers/import";
const CARD = "mx-auto w-full max-w-6xl rounded-lg border border-line bg-surface p-6";

export function ImportPage() {
  const { t } = useTranslation();
  const { isAdmin } = useRights();
  useTitle(t("customers.import.title"));
  if (!isAdmin)
    return <Notice icon={Lock} title={t("customers.import.onlyAdmin")} hint={t("customers.noAccessHint")} />;
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-auto p-4">
      <Import />
    </div>
  );
}

interface Loaded {
  preview: CustomerImportPreview;
  /** The first row of those that are shown. */
  fromRow: number;
}

function Import() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [choices, setChoices] = useState(NO_CHOICES);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [sent, setSent] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [result, setResult] = useState<CustomerImportResult | null>(null);
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);

  /** Look at the file. The newest look wins: an older one is cancelled. */
  const look = (next: File, nextChoices: Choices, fromRow: number) => {
    running.current?.abort();
    const control = new AbortController();
    running.current = control;
    setChoices(nextChoices);
    setError(null);
    setSent(0);
    upload<CustomerImportPreview>(`${IMPORT}/preview${previewQuery(nextChoices, fromRow)}`, {
      file: next,
      onProgress: setSent,
      signal: control.signal,
    })
      .then((preview) => setLoaded({ preview, fromRow }))
      .catch((reason: unknown) => {
        if (!control.signal.aborted) setError(reason);
      })
      .finally(() => {
        if (!control.signal.aborted) setSent(null);
      });
  };
  const choose = (next: File) => {
    setFile(next);
    setLoaded(null);
    setResult(null);
    look(next, NO_CHOICES, 1);
  };
  const { run, isRunning, isWaiting } = useAction({
    send: (input: { file: File; choices: Choices }, key: string) =>
      upload<CustomerImportResult>(`${IMPORT}${importQuery(input.choices)}`, {
        file: input.file,
        onProgress: setSent,
        key,
      }),
    onDone: (done) => {
      setSent(null);
      setResult(done);
      void cache.invalidateQueries({ queryKey: CUSTOMERS });
      void cache.invalidateQueries({ queryKey: ["customer"] });
    },
    onRefused: (reason) => {
      setSent(null);
      setError(reason);
    },
  });

  if (file !== null && result !== null)
    return (
      <Done file={file} result={result} onAgain={() => [setFile(null), setResult(null), setLoaded(null)]} />
    );
  return (
    <div className={CARD}>
      <h1 className="font-semibold text-xl">{t("customers.import.title")}</h1>
      <p className="mb-4 text-muted">{t("customers.import.hint")}</p>
      <FileChoice
        file={file}
        name={t("customers.import.choose")}
        hint={file === null ? t("customers.import.drop") : t("customers.import.another")}
        accept=".csv,.tsv,.txt,text/csv"
        isDisabled={isRunning}
        onFile={choose}
      />
      {error !== null && (
        <div role="alert" className="mt-4 rounded-md bg-danger-soft px-3 py-2 text-danger">
          <p className="flex gap-2 font-medium">
            <TriangleAlert aria-hidden size={18} className="mt-0.5 shrink-0" />
            {sentenceOf(t, error)}
          </p>
          {error instanceof ApiError && (
            <ul className="mt-1 ml-6 list-disc">
              {error.details.map((detail) => (
                <li key={`${detail.field}/${detail.message}`}>
                  {detail.field}: {detail.message}
                </li>
              ))}
            </ul>
          )}
          {file !== null && loaded === null && (
            <Button className="mt-2" onClick={() => look(file, choices, 1)}>
              {t("board.retry")}
            </Button>
          )}
        </div>
      )}
      {sent !== null && (
        <Progress
          share={sent}
          sending={t("customers.import.sending")}
          working={isRunning ? t("customers.import.importing") : t("customers.import.reading")}
        />
      )}
      {isWaiting && (
        <p role="status" className="mt-2 text-warning">
          {t("customers.waiting")}
        </p>
      )}
      {file !== null && loaded !== null && (
        <ImportPreview
          preview={loaded.preview}
          fromRow={loaded.fromRow}
          choices={choices}
          isBusy={sent !== null || isRunning}
          onChoices={(next) => look(file, next, 1)}
          onRow={(row) => look(file, choices, row)}
          onImport={() => {
            setError(null);
            setSent(0);
            run({ file, choices });
          }}
        />
      )}
    </div>
  );
}

interface DoneProps {
  file: File;
  result: CustomerImportResult;
  onAgain: () => void;
}

function Done({ file, result, onAgain }: DoneProps) {
  const { t } = useTranslation();
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const refused = result.refused_rows;
  return (
    <div className={CARD}>
      <h1 ref={title} tabIndex={-1} className="flex items-center gap-2.5 font-semibold text-xl outline-none">
        <CircleCheck aria-hidden className="text-accent" />
        {t("customers.import.done")}
      </h1>
      <ul className="mt-3 flex flex-col gap-1">
        {(["created", "updated", "unchanged", "skipped", "refused"] as const)
          .filter((outcome) => result[outcome] > 0)
          .map((outcome) => (
            <li key={outcome}>{t(`customers.import.counts.${outcome}`, { count: result[outcome] })}</li>
          ))}
      </ul>
      {refused !== null && (
        <div className="mt-4 rounded-md bg-warning-soft p-4 text-warning">
          <p className="mb-3">{t("customers.import.refusedHint")}</p>
          <Button
            onClick={() => void download(Promise.resolve(refused), refusedName(file.name))}
            className="pointer-coarse:h-11"
          >
            <Download aria-hidden size={16} />
            {t("customers.import.saveRefused")}
          </Button>
        </div>
      )}
      <div className="mt-5 flex gap-2">
        <Link to="/desk/customers" className={`${buttonClass("primary")} pointer-coarse:h-11`}>
          {t("customers.title")}
        </Link>
        <Button onClick={onAgain} className="pointer-coarse:h-11">
          {t("customers.import.again")}
        </Button>
      </div>
    </div>
  );
}
