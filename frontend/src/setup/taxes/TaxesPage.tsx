/** The tax categories of the spa: their rates by day, and what each of them taxes. */
import { useQueries } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Plus, Scale } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { TaxCategoryRead } from "@/api/generated";
import { Button } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { Card, Page, PageTitle } from "../parts";
import { productsQuery } from "../products/data";
import { Loading } from "../states";
import { menuQuery } from "../treatments/data";
import { taxesQuery } from "./data";
import { type Span, spansOf, type Uses, usesOf } from "./rates";
import { TaxPanel } from "./TaxPanel";
import { today, useTaxWords } from "./words";

export function TaxesPage() {
  const { t } = useTranslation("setup");
  const navigate = useNavigate();
  const { open } = useSearch({ from: "/setup/taxes" });
  const [taxes, menu, products] = useQueries({ queries: [taxesQuery, menuQuery, productsQuery(false)] });
  const categories = taxes.data;
  const error = taxes.error ?? menu.error ?? products.error;
  const go = (id: string | undefined) => void navigate({ to: "/setup/taxes", search: { open: id } });
  const close = () => {
    void navigate({ to: "/setup/taxes", search: {} }).then(() =>
      document.querySelector<HTMLElement>(`[data-opens="${open}"]`)?.focus(),
    );
  };
  const opened = categories?.find(({ id }) => id === open);
  return (
    <div className="flex min-h-0 flex-1">
      <Page>
        <PageTitle title={t("nav.taxes")} hint={t("taxes.hint")}>
          <Button kind="primary" data-opens="new" className="pointer-coarse:h-11" onClick={() => go("new")}>
            <Plus aria-hidden size={16} />
            {t("taxes.add")}
          </Button>
        </PageTitle>
        <p className="flex gap-2 rounded-md bg-sunken px-3 py-2">
          <Scale aria-hidden size={17} className="mt-0.5 shrink-0 text-muted" />
          {t("taxes.law")}
        </p>
        {error !== null && categories === undefined && (
          <Failure error={error} onRetry={() => void taxes.refetch()} />
        )}
        {error === null && categories === undefined && <Loading />}
        {categories?.map((category) => (
          <CategoryCard
            key={category.id}
            category={category}
            uses={menu.data && products.data && usesOf(category, menu.data, products.data)}
            onOpen={() => go(category.id)}
          />
        ))}
      </Page>
      {categories !== undefined && (open === "new" || opened !== undefined) && (
        <TaxPanel
          key={open}
          categories={categories}
          {...(opened === undefined ? {} : { category: opened })}
          onClose={close}
        />
      )}
    </div>
  );
}

interface CardProps {
  category: TaxCategoryRead;
  /** Undefined: not known yet. */
  uses: Uses | undefined;
  onOpen: () => void;
}

function CategoryCard({ category, uses, onOpen }: CardProps) {
  const { t } = useTranslation("setup");
  const name = inLanguage(category.name, currentLanguage());
  return (
    <Card
      title={name}
      aside={
        <span className="flex items-center gap-3">
          {category.is_default && (
            <span className="rounded-sm bg-accent-soft px-2 py-0.5 text-accent text-sm">
              {t("taxes.default")}
            </span>
          )}
          <Button
            kind="quiet"
            className="text-muted pointer-coarse:h-11"
            data-opens={category.id}
            aria-label={t("taxes.change", { name })}
            onClick={onOpen}
          >
            {t("edit")}
          </Button>
        </span>
      }
    >
      <Timeline spans={spansOf(category.rates, today())} />
      <div className="mt-4 border-line border-t pt-3">
        {uses && <UsesPart category={category} uses={uses} />}
      </div>
    </Card>
  );
}

/** The rates one after another: what counted, what counts now, what will. */
function Timeline({ spans }: { spans: readonly Span[] }) {
  const { t } = useTranslation("setup");
  const words = useTaxWords();
  return (
    <ol className="flex flex-wrap gap-2">
      {spans.map((span) => (
        <li
          key={span.from}
          className={`min-w-40 flex-1 rounded-md border px-3.5 py-2.5 ${span.isNow ? "border-accent bg-accent-soft" : "border-line bg-sunken"}`}
        >
          <p className="flex flex-wrap items-baseline gap-x-2">
            <span className="font-semibold text-xl tabular">{words.percent(span.rate)}</span>
            {span.isNow && <span className="text-accent text-sm">{t("taxes.now")}</span>}
          </p>
          <p className={`tabular ${span.isNow ? "" : "text-muted"}`}>{words.span(span)}</p>
        </li>
      ))}
    </ol>
  );
}

function UsesPart({
  category,
  uses: { services, addOns, products },
}: {
  category: TaxCategoryRead;
  uses: Uses;
}) {
  const { t } = useTranslation("setup");
  const language = currentLanguage();
  const counts = [
    services.length > 0 && t("taxes.services", { count: services.length }),
    addOns.length > 0 && t("taxes.addOns", { count: addOns.length }),
    products.length > 0 && t("taxes.products", { count: products.length }),
  ].filter((text) => text !== false);
  if (counts.length === 0) return <p className="text-muted">{t("taxes.unused")}</p>;
  const rest = [...addOns, ...products];
  return (
    <details>
      <summary className="w-fit cursor-pointer rounded-sm font-medium text-accent">
        {t("taxes.uses", { what: counts.join(" · ") })}
      </summary>
      {category.is_default && <p className="mt-2 text-muted">{t("taxes.usesDefault")}</p>}
      <ul className="mt-2 flex flex-wrap gap-1.5">
        {services.map(({ id, name }) => (
          <Item key={id}>
            <Link
              to="/setup/treatments/$serviceId"
              params={{ serviceId: id }}
              className="rounded-sm underline-offset-2 hover:underline"
            >
              {inLanguage(name, language)}
            </Link>
          </Item>
        ))}
        {rest.map(({ id, name }) => (
          <Item key={id}>{inLanguage(name, language)}</Item>
        ))}
      </ul>
    </details>
  );
}

function Item({ children }: { children: ReactNode }) {
  return <li className="rounded-sm bg-sunken px-2 py-0.5">{children}</li>;
}
