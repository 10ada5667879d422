/** The stock of a product in a branch: what is there, what comes and goes, and what changed it. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { ClipboardCheck, PackageMinus, PackagePlus, ShoppingBag, Undo2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { type BranchRead, type ProductRead, recordStock, type StockEntryRead } from "@/api/generated";
import { dayIn, timeIn } from "@/board/time";
import { Segments } from "@/customers/Segments";
import { Button } from "@/design/Button";
import { dayName } from "@/i18n/format";
import { useBranches } from "@/shell/branches";
import { useManagedBranches } from "../branch";
import { TextField } from "../fields";
import { SettingsForm } from "../SettingsForm";
import { entriesQuery, useProductsChanged } from "./data";
import { changeOf, countIn, signed } from "./list";

interface Props {
  branch: BranchRead;
  product: ProductRead;
}

const ICONS = {
  received: PackagePlus,
  sold: ShoppingBag,
  returned: Undo2,
  counted: ClipboardCheck,
  damaged: PackageMinus,
} as const;
const BY_HAND = ["received", "counted", "damaged"] as const;

export function StockPart({ branch, product }: Props) {
  const { t } = useTranslation("setup");
  const { branches } = useBranches();
  const count = countIn(product, branch.id);
  const others = branches.flatMap(({ id, name }) => {
    const pieces = id === branch.id ? null : countIn(product, id);
    return pieces === null ? [] : [t("products.elsewhere", { branch: name, count: pieces })];
  });
  return (
    <section>
      <h3 className="font-semibold">{t("products.stockIn", { branch: branch.name })}</h3>
      <p
        className={`mt-1 font-semibold text-2xl tabular ${count !== null && count < 0 ? "text-danger" : ""}`}
      >
        {count === null ? t("products.never") : t("products.pieces", { count, pieces: signed(count) })}
      </p>
      {count !== null && count < 0 && <p className="mt-1 text-danger">{t("products.below")}</p>}
      {others.length > 0 && <p className="mt-1 text-muted tabular">{others.join(" · ")}</p>}
      <RecordForm branch={branch} product={product} />
      <History branch={branch} product={product} />
    </section>
  );
}

function RecordForm({ branch, product }: Props) {
  const { t } = useTranslation("setup");
  const onChanged = useProductsChanged();
  const managed = useManagedBranches();
  // Counts and losses are for who answers for the branch.
  const kinds = managed.has(branch.id) ? BY_HAND : (["received"] as const);
  const [kind, setKind] = useState<(typeof BY_HAND)[number]>("received");
  return (
    <div className="mt-4 flex flex-col gap-3 rounded-md bg-sunken p-3">
      {kinds.length > 1 && (
        <Segments
          label={t("products.record")}
          value={kind}
          options={Object.fromEntries(kinds.map((each) => [each, t(`products.short.${each}`)]))}
          onValue={setKind}
        />
      )}
      <SettingsForm
        key={kind}
        saved={{ pieces: "", note: "" }}
        submit={t("products.save")}
        done={({ stock }: StockEntryRead) => t("products.recorded", { count: stock, pieces: signed(stock) })}
        send={({ pieces, note }, key) =>
          call(
            recordStock({
              body: { branch_id: branch.id, product_id: product.id, kind, pieces: Number(pieces), note },
              headers: { "Idempotency-Key": key },
            }),
          )
        }
        onSaved={onChanged}
      >
        {({ values, set, errorOf }) => (
          <div className="grid grid-cols-[8rem_1fr] gap-3">
            <TextField
              label={t(`products.howMany.${kind}`)}
              error={errorOf("pieces") ?? errorOf("")}
              value={values.pieces}
              inputMode="numeric"
              autoComplete="off"
              pattern="[0-9]{1,6}"
              required
              className="text-right tabular"
              onChange={(pieces) => set({ pieces: pieces.replace(/\D/g, "").slice(0, 6) })}
            />
            <TextField
              label={t("products.note")}
              error={errorOf("note")}
              value={values.note}
              maxLength={300}
              placeholder={t(`products.noteExample.${kind}`)}
              onChange={(note) => set({ note })}
            />
          </div>
        )}
      </SettingsForm>
    </div>
  );
}

function History({ branch, product }: Props) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    entriesQuery(branch.id, product.id),
  );
  const entries = data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <div className="mt-4">
      <h3 className="font-semibold">{t("products.history")}</h3>
      {error !== null && <p className="mt-1 text-danger">{sentenceOf(common, error)}</p>}
      {data !== undefined && entries.length === 0 && (
        <p className="mt-1 text-muted">{t("products.noHistory")}</p>
      )}
      <ul aria-label={t("products.history")} className="mt-1 flex flex-col divide-y divide-line">
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} zone={branch.time_zone} />
        ))}
      </ul>
      {hasNextPage && (
        <Button
          className="mt-2 pointer-coarse:h-11"
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {t("products.older")}
        </Button>
      )}
    </div>
  );
}

function Entry({ entry, zone }: { entry: StockEntryRead; zone: string }) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const Icon = ICONS[entry.kind];
  const at = Date.parse(entry.created_at);
  const day = dayName(common, dayIn(zone, at), dayIn(zone, Date.now()));
  const facts = [`${timeIn(zone, at)} ${day}`, entry.user_name, entry.note].filter(Boolean);
  return (
    <li className="flex items-start gap-2.5 py-2">
      <Icon aria-hidden size={16} className="mt-0.5 shrink-0 text-muted" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">{t(`products.kind.${entry.kind}`)}</span>
          <span className="tabular">{changeOf(entry.pieces)}</span>
          <span className="ml-auto text-muted tabular">
            {t("products.left", { count: entry.stock, pieces: signed(entry.stock) })}
          </span>
        </p>
        <p className="break-words text-muted text-sm tabular">{facts.join(" · ")}</p>
      </div>
    </li>
  );
}
