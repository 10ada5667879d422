/** The variants of a treatment: each with its price and its bars; what is not sold any more is folded below. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Pencil, Plus, RotateCcw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import {
  type DeskService,
  type DeskVariant,
  type ResourceTypeRead,
  updateServiceVariant,
} from "@/api/generated";
import { Button } from "@/design/Button";
import { ConfirmDialog } from "@/design/ConfirmDialog";
import { currentLanguage } from "@/i18n";
import { inLanguage, money } from "@/i18n/format";
import { Card } from "../parts";
import { guestMinutes, totalOf } from "./bars";
import { useMenuChanged } from "./data";
import { moved, type Placed, variantsOf } from "./menu";
import { OrderButtons } from "./OrderButtons";
import { SegmentBars } from "./SegmentBars";
import { VariantForm } from "./VariantForm";

interface Props {
  service: DeskService;
  types: readonly ResourceTypeRead[];
}

export function Variants({ service, types }: Props) {
  const { t } = useTranslation("setup");
  const navigate = useNavigate();
  const { variant: open } = useSearch({ from: "/setup/treatments/$serviceId" });
  const show = (variant: string | undefined) => void navigate({ to: ".", search: { variant } });
  const sold = variantsOf(service, false);
  const retired = variantsOf(service, true);
  const { run: place } = useChange((changes: Placed[]) => changes);
  return (
    <section className="flex flex-col gap-4">
      <h2 className="font-semibold text-lg">{t("treatments.variants")}</h2>
      {sold.length === 0 && <p className="text-warning">{t("treatments.noVariant")}</p>}
      {sold.map((variant, index) => {
        const name = nameOf(variant, t("minutes", { count: guestMinutes(variant.segments) }));
        if (variant.id === open) {
          return (
            <Card
              key={variant.id}
              title={name}
              aside={<Retire variant={variant} name={name} onDone={() => show(undefined)} />}
            >
              <VariantForm
                service={service}
                variant={variant}
                types={types}
                onClose={() => show(undefined)}
              />
            </Card>
          );
        }
        return (
          <Card
            key={variant.id}
            title={`${name} · ${money(variant.price)}`}
            aside={
              <span className="flex items-center gap-1">
                {sold.length > 1 && (
                  <OrderButtons
                    name={name}
                    isFirst={index === 0}
                    isLast={index === sold.length - 1}
                    onMove={(by) => place(moved(sold, variant.id, by))}
                  />
                )}
                <Button aria-label={t("treatments.change", { name })} onClick={() => show(variant.id)}>
                  <Pencil aria-hidden size={15} />
                  {t("edit")}
                </Button>
              </span>
            }
          >
            <SegmentBars segments={variant.segments} types={types} />
            <p className="mt-2 text-muted">
              {t("treatments.totals", {
                guest: guestMinutes(variant.segments),
                total: totalOf(variant.segments),
              })}
            </p>
          </Card>
        );
      })}
      {open === "new" ? (
        <Card title={t("treatments.newVariant")}>
          <VariantForm service={service} types={types} onClose={() => show(undefined)} />
        </Card>
      ) : (
        <Button className="w-fit pointer-coarse:h-11" onClick={() => show("new")}>
          <Plus aria-hidden size={16} />
          {t("treatments.addVariant")}
        </Button>
      )}
      {retired.length > 0 && (
        <details>
          <summary className="w-fit cursor-pointer rounded-sm font-medium text-muted">
            {t("treatments.retired", { count: retired.length })}
          </summary>
          <ul className="mt-2 flex flex-col divide-y divide-line rounded-lg border border-line bg-surface px-4">
            {retired.map((variant) => (
              <Retired key={variant.id} variant={variant} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function nameOf(variant: DeskVariant, minutes: string): string {
  return variant.name === null ? minutes : `${inLanguage(variant.name, currentLanguage())} · ${minutes}`;
}

interface Change {
  id: string;
  position?: number;
  retired?: boolean;
}

/** Change variants one after another. */
function useChange<Input>(changesOf: (input: Input) => readonly Change[], onDone?: () => void) {
  const { t } = useTranslation("setup");
  const refresh = useMenuChanged();
  return useAction({
    send: async (input: Input) => {
      for (const { id, ...body } of changesOf(input))
        await call(updateServiceVariant({ path: { variant_id: id }, body }));
    },
    onDone: () => {
      showDone(t("saved"));
      refresh();
      onDone?.();
    },
  });
}

function Retire({ variant, name, onDone }: { variant: DeskVariant; name: string; onDone: () => void }) {
  const { t } = useTranslation("setup");
  const [isAsked, setAsked] = useState(false);
  const { run, isRunning } = useChange((id: string) => [{ id, retired: true }], onDone);
  return (
    <>
      <Button kind="quiet" className="text-muted" disabled={isRunning} onClick={() => setAsked(true)}>
        {t("treatments.retire")}
      </Button>
      <ConfirmDialog
        isOpen={isAsked}
        title={t("treatments.askRetire", { name })}
        confirm={t("treatments.retire")}
        back={t("back")}
        onConfirm={() => {
          setAsked(false);
          run(variant.id);
        }}
        onBack={() => setAsked(false)}
      >
        <p>{t("treatments.keeps.retired")}</p>
      </ConfirmDialog>
    </>
  );
}

function Retired({ variant }: { variant: DeskVariant }) {
  const { t } = useTranslation("setup");
  const { run, isRunning } = useChange((id: string) => [{ id, retired: false }]);
  const name = nameOf(variant, t("minutes", { count: guestMinutes(variant.segments) }));
  return (
    <li className="flex min-h-12 items-center gap-3">
      <span className="min-w-0 flex-1 break-words">
        {name} · {money(variant.price)}
      </span>
      <Button
        kind="quiet"
        disabled={isRunning}
        aria-label={t("treatments.restoreNamed", { name })}
        onClick={() => run(variant.id)}
      >
        <RotateCcw aria-hidden size={15} />
        {t("treatments.restore")}
      </Button>
    </li>
  );
}
