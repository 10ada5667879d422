/** Accounts: who can sign in and what they may do, who is invited. What is typed to find one stays out of the address. */
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Search, SearchX, UserRoundPlus } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { listUsers, type UserRead } from "@/api/generated";
import { Segments } from "@/customers/Segments";
import { Button } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { INPUT } from "@/design/FormField";
import { Notice } from "@/design/Notice";
import { phoneNumber } from "@/i18n/format";
import { Card, Page, PageTitle } from "../parts";
import type { UsersSearch } from "../search";
import { USERS, useGrantNames } from "./data";
import { ROLES } from "./grants";
import { Invitations, UnsentMails } from "./Invitations";
import { InvitePanel } from "./InvitePanel";
import { UserPanel } from "./UserPanel";

const PAGE = 50;

export function UsersPage() {
  const { t } = useTranslation("setup");
  const navigate = useNavigate();
  const search = useSearch({ from: "/setup/users" });
  const go = (change: UsersSearch) =>
    void navigate({ to: "/setup/users", search: (before) => ({ ...before, ...change }) });
  return (
    <div className="flex min-h-0 flex-1">
      <Page>
        <PageTitle title={t("nav.users")} hint={t("users.hint")}>
          <Button
            kind="primary"
            className="pointer-coarse:h-11"
            onClick={() => go({ invite: true, user: undefined })}
          >
            <UserRoundPlus aria-hidden size={17} />
            {t("users.invite")}
          </Button>
        </PageTitle>
        <Invitations />
        <UnsentMails />
        <Accounts search={search} onSearch={go} onOpen={(user) => go({ user, invite: undefined })} />
      </Page>
      {search.invite === true && <InvitePanel onClose={() => go({ invite: undefined })} />}
      {search.user !== undefined && search.invite !== true && (
        <UserPanel id={search.user} onClose={() => go({ user: undefined })} />
      )}
    </div>
  );
}

interface AccountsProps {
  search: UsersSearch;
  onSearch: (change: UsersSearch) => void;
  onOpen: (id: string) => void;
}

function Accounts({ search: { user, role, locked = false }, onSearch, onOpen }: AccountsProps) {
  const { t } = useTranslation("setup");
  const [text, setText] = useState("");
  const q = useDeferredValue(text.trim());
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: [...USERS, "list", { role, locked, q }],
    queryFn: ({ pageParam, signal }) =>
      call(
        listUsers({
          query: {
            disabled: locked,
            limit: PAGE,
            ...(role && { role }),
            ...(q && { q }),
            ...(pageParam && { cursor: pageParam }),
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ next_cursor }) => next_cursor,
    placeholderData: keepPreviousData,
  });
  const users = data?.pages.flatMap(({ items }) => items);
  return (
    <Card>
      <div className="-mt-1 mb-3 flex flex-wrap items-center gap-3">
        <div className="relative min-w-52 flex-1">
          <Search
            aria-hidden
            size={17}
            className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-muted"
          />
          <input
            type="search"
            aria-label={t("users.search")}
            placeholder={t("users.search")}
            className={`${INPUT} pl-9!`}
            maxLength={100}
            autoComplete="off"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <select
          aria-label={t("users.roleFilter")}
          className={`${INPUT} w-auto!`}
          value={role ?? ""}
          onChange={({ target }) => onSearch({ role: ROLES.find((known) => known === target.value) })}
        >
          <option value="">{t("users.anyRole")}</option>
          {ROLES.map((name) => (
            <option key={name} value={name}>
              {t(`users.role.${name}`)}
            </option>
          ))}
        </select>
        <Segments
          label={t("users.which")}
          value={locked ? "locked" : "open"}
          options={{ open: t("users.open"), locked: t("users.locked") }}
          onValue={(value) => onSearch({ locked: value === "locked" ? true : undefined })}
        />
      </div>
      {error !== null && users === undefined && <Failure error={error} onRetry={() => void refetch()} />}
      {users === undefined && error === null && <Skeleton />}
      {users?.length === 0 && (
        <Notice icon={SearchX} title={t(locked && q === "" ? "users.noneLocked" : "users.none")} />
      )}
      {users !== undefined && users.length > 0 && (
        <ul aria-label={t("nav.users")} className="-mx-2 divide-y divide-line">
          {users.map((one) => (
            <li key={one.id}>
              <Row user={one} isOpen={one.id === user} onOpen={() => onOpen(one.id)} />
            </li>
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button
          className="mt-3 pointer-coarse:h-11"
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {t("users.more")}
        </Button>
      )}
    </Card>
  );
}

function Row({ user, isOpen, onOpen }: { user: UserRead; isOpen: boolean; onOpen: () => void }) {
  const { t } = useTranslation("setup");
  const namesOf = useGrantNames();
  const contact = user.email ?? (user.phone === null ? "" : phoneNumber(user.phone));
  const roles = namesOf(user.roles);
  const isWaiting = !user.has_password && !user.uses_supabase;
  return (
    <button
      type="button"
      aria-expanded={isOpen}
      onClick={onOpen}
      className="grid w-full gap-x-4 gap-y-1 rounded-md px-2 py-2.5 text-left hover:bg-hover aria-expanded:bg-accent-soft sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)] sm:items-center"
    >
      <span className="min-w-0">
        <span className="block truncate font-medium">{user.full_name}</span>
        {contact !== user.full_name && <span className="block truncate text-muted text-sm">{contact}</span>}
      </span>
      <span className="flex flex-wrap gap-1.5 text-sm">
        {roles.map((name) => (
          <span key={name} className="rounded-sm bg-sunken px-2 py-0.5">
            {name}
          </span>
        ))}
        {roles.length === 0 && !isWaiting && <span className="text-muted">{t("users.noRole")}</span>}
        {isWaiting && (
          <span className="rounded-sm bg-warning-soft px-2 py-0.5 text-warning">{t("users.waiting")}</span>
        )}
      </span>
    </button>
  );
}

function Skeleton() {
  return (
    <div aria-hidden className="flex flex-col gap-3">
      {[0, 1, 2, 3, 4].map((row) => (
        <div key={row} className="h-11 animate-pulse rounded-md bg-sunken" />
      ))}
    </div>
  );
}
