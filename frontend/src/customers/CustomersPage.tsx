/** All customers: the search as one types, and the list page by page. No more than a page is ever in memory. */

import { Menu } from "@base-ui/react/menu";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import {
  ChevronLeft,
  ChevronRight,
  Download,
  Ellipsis,
  FileUp,
  Lock,
  SearchX,
  TriangleAlert,
  UserRoundPlus,
  UsersRound,
  X,
} from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { showFailure } from "@/actions/toasts";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { exportCustomers, listCustomers } from "@/api/generated";
import { useTitle } from "@/app/useTitle";
import { Button, buttonClass } from "@/design/Button";
import { Notice } from "@/design/Notice";
import { MENU_ITEM, MENU_POPUP } from "@/shell/menu";
import { CustomerTable, TableSkeleton } from "./CustomerTable";
import { CUSTOMERS, useCustomerSearch } from "./data";
import { download } from "./download";
import { usePosition } from "./position";
import { useRights } from "./roles";
import { SearchBox } from "./SearchBox";
import { Segments } from "./Segments";
import type { CustomersSearch } from "./search";

const PAGE = 50;

export function CustomersPage() {
  const { t } = useTranslation();
  const { isDesk } = useRights();
  useTitle(t("customers.title"));
  if (!isDesk)
    return <Notice icon={Lock} title={t("customers.noAccess")} hint={t("customers.noAccessHint")} />;
  return <Customers />;
}

function Customers() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [position, setPosition] = usePosition();
  const search = useCustomerSearch(position.text);
  const box = useRef<HTMLInputElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const isSearching = position.text.trim() !== "";
  const focusRow = () => rows.current?.querySelector<HTMLElement>("[data-customer]")?.focus();

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex shrink-0 flex-wrap items-center gap-3 px-4 py-2.5">
        <h1 className="font-semibold text-xl">{t("customers.title")}</h1>
        <SearchBox
          ref={box}
          text={position.text}
          onText={(text) => setPosition({ text, cursors: [] })}
          onDown={focusRow}
          onEnter={() => {
            // Never the first match of what was typed before.
            const [first] = search.isCurrent ? (search.matches ?? []) : [];
            if (first !== undefined)
              void navigate({ to: "/desk/customers/$customerId", params: { customerId: first.id } });
          }}
        />
        <Actions />
      </div>
      <div ref={rows} className="flex min-h-0 flex-1 flex-col">
        {isSearching ? (
          <Matches search={search} text={position.text.trim()} onLeave={() => box.current?.focus()} />
        ) : (
          <Pages
            cursors={position.cursors}
            onCursors={(cursors) => setPosition({ text: "", cursors })}
            onLeave={() => box.current?.focus()}
          />
        )}
      </div>
    </div>
  );
}

function Actions() {
  const { t } = useTranslation();
  const { isAdmin } = useRights();
  const saveFile = () => {
    download(call(exportCustomers({ parseAs: "blob" })), "customers.csv").catch((error: unknown) =>
      showFailure(sentenceOf(t, error)),
    );
  };
  return (
    <div className="ml-auto flex items-center gap-2">
      {isAdmin && (
        <Menu.Root>
          <Menu.Trigger
            className={`${buttonClass("quiet", "icon")} pointer-coarse:size-11`}
            aria-label={t("customers.more")}
          >
            <Ellipsis aria-hidden size={18} />
          </Menu.Trigger>
          <Menu.Portal>
            <Menu.Positioner align="end" sideOffset={6} className="z-50">
              <Menu.Popup className={MENU_POPUP}>
                <Menu.Item className={MENU_ITEM} render={<Link to="/desk/customers/import" />}>
                  <FileUp aria-hidden size={16} />
                  {t("customers.import.title")}
                </Menu.Item>
                <Menu.Item className={MENU_ITEM} onClick={saveFile}>
                  <Download aria-hidden size={16} />
                  {t("customers.export")}
                </Menu.Item>
              </Menu.Popup>
            </Menu.Positioner>
          </Menu.Portal>
        </Menu.Root>
      )}
      <Link to="/desk/customers/new" className={`${buttonClass("primary")} pointer-coarse:h-11`}>
        <UserRoundPlus aria-hidden size={17} />
        {t("customers.add")}
      </Link>
    </div>
  );
}

interface MatchesProps {
  search: ReturnType<typeof useCustomerSearch>;
  text: string;
  onLeave: () => void;
}

function Matches({ search: { matches, isCurrent, error, retry }, text, onLeave }: MatchesProps) {
  const { t } = useTranslation();
  if (error !== null && matches === undefined) return <Failure error={error} retry={retry} />;
  if (matches === undefined) return <TableSkeleton />;
  return (
    <>
      <p role="status" className="sr-only">
        {isCurrent ? t("customers.found", { count: matches.length }) : ""}
      </p>
      {matches.length === 0 && isCurrent ? (
        <Notice icon={SearchX} title={t("customers.notFound", { text })} hint={t("customers.notFoundHint")}>
          <Link
            to="/desk/customers/new"
            search={{ typed: true }}
            className={`${buttonClass("primary")} pointer-coarse:h-11`}
          >
            <UserRoundPlus aria-hidden size={17} />
            {t("customers.add")}
          </Link>
        </Notice>
      ) : (
        <div className="min-h-0 flex-1 overflow-auto px-1" aria-busy={!isCurrent}>
          <CustomerTable customers={matches} caption={t("customers.matches")} onLeave={onLeave} />
        </div>
      )}
    </>
  );
}

interface PagesProps {
  cursors: string[];
  onCursors: (cursors: string[]) => void;
  onLeave: () => void;
}

function Pages({ cursors, onCursors, onLeave }: PagesProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { archived = false, sort = "name", tag } = useSearch({ from: "/desk/customers" });
  const cursor = cursors.at(-1);
  const { data, error, isPlaceholderData, refetch } = useQuery({
    queryKey: [...CUSTOMERS, "page", { archived, sort, tag, cursor }],
    queryFn: ({ signal }) =>
      call(
        listCustomers({
          query: { archived, sort, limit: PAGE, ...(tag && { tag }), ...(cursor && { cursor }) },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
  const go = (change: { [Name in keyof CustomersSearch]?: CustomersSearch[Name] | undefined }) => {
    onCursors([]);
    void navigate({
      to: "/desk/customers",
      search: (before) =>
        Object.fromEntries(
          Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined),
        ) as CustomersSearch,
    });
  };
  const next = data?.next_cursor ?? null;
  return (
    <>
      <div className="flex shrink-0 flex-wrap items-center gap-3 px-4 pb-2">
        <Segments
          label={t("customers.which")}
          value={archived ? "archived" : "active"}
          options={{ active: t("customers.active"), archived: t("customers.archivedMany") }}
          onValue={(value) => go({ archived: value === "archived" ? true : undefined })}
        />
        <Segments
          label={t("customers.order")}
          value={sort}
          options={{ name: t("customers.byName"), newest: t("customers.byNewest") }}
          onValue={(value) => go({ sort: value === "newest" ? "newest" : undefined })}
        />
        {tag !== undefined && (
          <Button onClick={() => go({ tag: undefined })}>
            {t("customers.onlyTag", { tag })}
            <X aria-label={t("customers.allTags")} size={15} />
          </Button>
        )}
      </div>
      {error !== null && data === undefined && <Failure error={error} retry={() => void refetch()} />}
      {error === null && data === undefined && <TableSkeleton />}
      {data !== undefined && data.items.length === 0 && (
        <Notice
          icon={UsersRound}
          title={archived ? t("customers.noneArchived") : t("customers.none")}
          {...(archived ? {} : { hint: t("customers.noneHint") })}
        />
      )}
      {data !== undefined && data.items.length > 0 && (
        <div className="min-h-0 flex-1 overflow-auto px-1" aria-busy={isPlaceholderData} key={cursor ?? ""}>
          <CustomerTable customers={data.items} caption={t("customers.title")} onLeave={onLeave} />
        </div>
      )}
      {(cursors.length > 0 || next !== null) && (
        <nav
          aria-label={t("customers.pages")}
          className="flex h-13 shrink-0 items-center justify-end gap-2 border-line border-t bg-surface px-4"
        >
          <span className="mr-auto text-muted text-sm">
            {t("customers.page", { number: cursors.length + 1 })}
          </span>
          <Button
            className="pointer-coarse:h-11"
            disabled={cursors.length === 0}
            onClick={() => onCursors(cursors.slice(0, -1))}
          >
            <ChevronLeft aria-hidden size={17} />
            {t("customers.previousPage")}
          </Button>
          <Button
            className="pointer-coarse:h-11"
            disabled={next === null || isPlaceholderData}
            onClick={() => next !== null && onCursors([...cursors, next])}
          >
            {t("customers.nextPage")}
            <ChevronRight aria-hidden size={17} />
          </Button>
        </nav>
      )}
    </>
  );
}

export function Failure({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  return (
    <Notice icon={TriangleAlert} title={t("customers.failed")} hint={sentenceOf(t, error)} isAlert>
      <Button kind="primary" onClick={retry}>
        {t("board.retry")}
      </Button>
    </Notice>
  );
}
