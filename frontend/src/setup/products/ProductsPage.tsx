/** The products of the spa with their stock in a branch. The desk records what comes; the owner does the rest. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowUpDown, Lock, Package, Plus, SearchX } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { type BranchRead, type ProductRead, updateProduct } from "@/api/generated";
import { useSession } from "@/api/session";
import { useRights } from "@/customers/roles";
import { Button } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { Notice } from "@/design/Notice";
import { currentLanguage } from "@/i18n";
import { inLanguage, money } from "@/i18n/format";
import { BranchPicker } from "@/shell/BranchPicker";
import { useBranch, useWorksAtDesk } from "@/shell/branches";
import { NoBranch } from "../branch";
import { Filter } from "../Filter";
import { Card, Page, PageTitle, Switch } from "../parts";
import { Loading } from "../states";
import { moved, type Placed } from "../treatments/menu";
import { OrderButtons } from "../treatments/OrderButtons";
import { productsQuery, useKeepOrder, useProductsChanged } from "./data";
import { countIn, foundIn, signed } from "./list";
import { ProductPanel } from "./ProductPanel";

export function ProductsPage() {
  const { t } = useTranslation("setup");
  const session = useSession();
  const branch = useBranch();
  const worksAtDesk = useWorksAtDesk(branch?.id ?? "");
  const picker = session.status === "signed-in" && <BranchPicker user={session.user} />;
  return (
    <div className="flex min-h-0 flex-1">
      {branch !== undefined && worksAtDesk ? (
        <Products key={branch.id} branch={branch} picker={picker} />
      ) : (
        <Page>
          <PageTitle title={t("nav.products")}>{branch && picker}</PageTitle>
          {branch === undefined ? (
            <NoBranch />
          ) : (
            <Notice icon={Lock} title={t("rosters.noDesk")} hint={t("rosters.noDeskHint")} />
          )}
        </Page>
      )}
    </div>
  );
}

/** Save the places that have changed, one after another. */
async function saveOrder(placed: Placed[]): Promise<void> {
  for (const { id, position } of placed)
    await call(updateProduct({ path: { product_id: id }, body: { position } }));
}

function Products({ branch, picker }: { branch: BranchRead; picker: ReactNode }) {
  const { t } = useTranslation("setup");
  const { isAdmin } = useRights();
  const navigate = useNavigate({ from: "/setup/products" });
  const { open, retired = false } = useSearch({ from: "/setup/products" });
  const { data: sold, error, refetch } = useQuery(productsQuery(false));
  const { data: past = [] } = useQuery({ ...productsQuery(true), enabled: retired });
  const onChanged = useProductsChanged();
  const keepOrder = useKeepOrder();
  const { run } = useAction({ send: saveOrder, onDone: onChanged });
  const [text, setText] = useState("");
  const [isArranging, setArranging] = useState(false);
  const go = (id: string | undefined) => void navigate({ search: (before) => ({ ...before, open: id }) });
  const close = () => {
    void navigate({ search: (before) => ({ ...before, open: undefined }) }).then(() =>
      document.querySelector<HTMLElement>(`[data-opens="${open}"]`)?.focus(),
    );
  };
  // What is put in order is all there is: places between hidden ones would not be seen.
  const shown = isArranging ? "" : text;
  const found = sold && foundIn(sold, shown);
  const foundPast = retired && !isArranging ? foundIn(past, shown) : [];
  const place = (placed: Placed[]) => {
    keepOrder(placed);
    run(placed);
  };
  const opened = [...(sold ?? []), ...past].find(({ id }) => id === open);
  const add = (
    <Button kind="primary" data-opens="new" className="pointer-coarse:h-11" onClick={() => go("new")}>
      <Plus aria-hidden size={16} />
      {t("products.add")}
    </Button>
  );
  return (
    <>
      <Page>
        <PageTitle
          title={t("nav.products")}
          hint={sold && t("products.summary", { count: sold.length, branch: branch.name })}
        >
          <div className="flex flex-wrap items-center gap-2">
            {picker}
            {isAdmin && sold !== undefined && sold.length > 0 && add}
          </div>
        </PageTitle>
        {sold !== undefined && (sold.length > 0 || retired) && (
          <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
            <Filter label={t("products.search")} text={shown} onText={setText} />
            {isAdmin && (
              <>
                <Switch
                  label={t("products.showRetired")}
                  isOn={retired}
                  onChange={(isOn) =>
                    void navigate({
                      search: (before) => ({ ...before, retired: isOn || undefined }),
                      replace: true,
                    })
                  }
                />
                <Button
                  aria-pressed={isArranging}
                  className="ml-auto aria-pressed:border-accent aria-pressed:bg-accent-soft pointer-coarse:h-11"
                  onClick={() => setArranging(!isArranging)}
                >
                  <ArrowUpDown aria-hidden size={16} />
                  {t("treatments.arrange")}
                </Button>
              </>
            )}
          </div>
        )}
        {sold === undefined && error !== null && <Failure error={error} onRetry={() => void refetch()} />}
        {sold === undefined && error === null && <Loading />}
        {sold?.length === 0 && !retired && (
          <Notice icon={Package} title={t("products.none")} hint={t("products.noneHint")}>
            {isAdmin && add}
          </Notice>
        )}
        {shown !== "" && found?.length === 0 && foundPast.length === 0 && (
          <Notice icon={SearchX} title={t("products.nothing", { text: shown })} />
        )}
        {found !== undefined && found.length + foundPast.length > 0 && (
          <Card>
            <ul aria-label={t("nav.products")} className="-my-2 flex flex-col divide-y divide-line">
              {found.map((product, index) => (
                <li key={product.id} className="flex items-center gap-2">
                  <Row product={product} branch={branch} isOpen={product.id === open} onOpen={go} />
                  {isArranging && (
                    <OrderButtons
                      name={inLanguage(product.name, currentLanguage())}
                      isFirst={index === 0}
                      isLast={index === found.length - 1}
                      onMove={(by) => place(moved(found, product.id, by))}
                    />
                  )}
                </li>
              ))}
              {foundPast.map((product) => (
                <li key={product.id} className="flex">
                  <Row product={product} branch={branch} isOpen={product.id === open} onOpen={go} />
                </li>
              ))}
            </ul>
          </Card>
        )}
      </Page>
      {sold !== undefined && (opened !== undefined || (open === "new" && isAdmin)) && (
        <ProductPanel
          key={open}
          branch={branch}
          products={[...sold, ...past]}
          {...(opened === undefined ? {} : { product: opened })}
          onClose={close}
        />
      )}
    </>
  );
}

interface RowProps {
  product: ProductRead;
  branch: BranchRead;
  isOpen: boolean;
  onOpen: (id: string) => void;
}

function Row({ product, branch, isOpen, onOpen }: RowProps) {
  const { t } = useTranslation("setup");
  const { id, name, price, sku, retired_at } = product;
  const count = countIn(product, branch.id);
  return (
    <button
      type="button"
      data-opens={id}
      aria-expanded={isOpen}
      onClick={() => onOpen(id)}
      className="-mx-2 my-0.5 grid min-h-11 min-w-0 flex-1 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-0.5 rounded-md px-2 py-1.5 text-left hover:bg-hover aria-expanded:bg-accent-soft sm:grid-cols-[minmax(0,1fr)_7rem_8.5rem]"
    >
      <span className="min-w-0">
        <span className="flex flex-wrap items-center gap-x-2">
          <span className={`break-words font-medium ${retired_at === null ? "" : "text-muted"}`}>
            {inLanguage(name, currentLanguage())}
          </span>
          {retired_at !== null && (
            <span className="rounded-sm bg-sunken px-1.5 py-px text-muted text-xs">
              {t("products.retired")}
            </span>
          )}
        </span>
        {sku !== null && <span className="block truncate text-muted text-sm tabular">{sku}</span>}
      </span>
      <span className="text-right tabular max-sm:order-last max-sm:col-span-2 max-sm:text-left max-sm:text-muted">
        {money(price)}
      </span>
      <Count count={count} />
    </button>
  );
}

/** What a branch has. Below 0, more were sold than were recorded. */
function Count({ count }: { count: number | null }) {
  const { t } = useTranslation("setup");
  if (count === null) return <span className="text-right text-muted">{t("products.never")}</span>;
  const tone = count < 0 ? "font-semibold text-danger" : count === 0 ? "text-warning" : "";
  return (
    <span className={`text-right tabular ${tone}`}>
      {t("products.left", { count, pieces: signed(count) })}
    </span>
  );
}
