/** Cash that goes in and out without a bill: to the safe, small costs, tips and commissions that are handed over. */
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call, queryClient } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { type BranchRead, type DrawerSessionDetail, type MovementCreate, moveCash } from "@/api/generated";
import { timeIn } from "@/board/time";
import { Button } from "@/design/Button";
import { FormField, INPUT, ignoreComposingEnter } from "@/design/FormField";
import { MoneyInput } from "@/design/MoneyInput";
import { money } from "@/i18n/format";
import { PANEL } from "./DrawerPage";
import { useStaff } from "./queries";

/** What a person chooses: each with the kind of the API, and whether money comes in. */
const WAYS = {
  expense: { kind: "expense", isIn: false, needsPerson: false },
  toSafe: { kind: "safe", isIn: false, needsPerson: false },
  fromSafe: { kind: "safe", isIn: true, needsPerson: false },
  tip: { kind: "tip", isIn: false, needsPerson: true },
  commission: { kind: "commission", isIn: false, needsPerson: true },
} as const;
type Way = keyof typeof WAYS;

interface Props {
  branch: BranchRead;
  session: DrawerSessionDetail;
}

export function Movements({ branch, session }: Props) {
  const { t } = useTranslation();
  const { data: people = [] } = useStaff(branch.id);
  const names = new Map(people.map(({ id, full_name }) => [id, full_name]));
  return (
    <section className={PANEL} aria-label={t("till.drawer.movements")}>
      <h2 className="mb-3 font-semibold text-lg">{t("till.drawer.movements")}</h2>
      <MovementForm branch={branch} session={session} />
      {session.movements.length > 0 && (
        <ul className="mt-4 divide-y divide-line border-line border-t">
          {session.movements.map((movement) => (
            <li key={movement.id} className="flex items-start gap-3 py-2">
              <span className="tabular text-muted">
                {timeIn(branch.time_zone, Date.parse(movement.created_at))}
              </span>
              <span className="min-w-0 flex-1 break-words">
                {t(`till.drawer.way.${wayOf(movement.kind, movement.amount)}`)}
                {movement.staff_id !== null && ` · ${names.get(movement.staff_id) ?? ""}`}
                {movement.note !== "" && <span className="block text-muted text-sm">{movement.note}</span>}
              </span>
              <span className="tabular font-medium">{money(movement.amount)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function wayOf(kind: MovementCreate["kind"], amount: number): Way {
  if (kind === "safe") return amount > 0 ? "fromSafe" : "toSafe";
  return kind;
}

function MovementForm({ branch, session }: Props) {
  const { t } = useTranslation();
  const { data: people = [] } = useStaff(branch.id);
  const [way, setWay] = useState<Way>("expense");
  const [amount, setAmount] = useState(0);
  const [staffId, setStaffId] = useState("");
  const [note, setNote] = useState("");
  const [isChecked, setChecked] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { kind, isIn, needsPerson } = WAYS[way];
  const problems = {
    amount: amount === 0 ? t("till.drawer.amountMissing") : undefined,
    person: needsPerson && staffId === "" ? t("till.drawer.personMissing") : undefined,
    note: kind === "expense" && note.trim() === "" ? t("till.drawer.noteMissing") : undefined,
  };
  const action = useAction<{ id: string; body: MovementCreate }, DrawerSessionDetail>({
    name: "move-cash",
    send: ({ id, body }, key) =>
      call(moveCash({ path: { drawer_id: id }, body, headers: { "Idempotency-Key": key } })),
    onDone: () => {
      void queryClient.invalidateQueries({ queryKey: ["drawer"] });
      setAmount(0);
      setNote("");
      setChecked(false);
      showDone(t("till.drawer.movedDone"));
    },
    onRefused: setError,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    setError(null);
    if (Object.values(problems).some(Boolean) || action.isRunning) return;
    const body: MovementCreate = {
      kind,
      amount: isIn ? amount : -amount,
      staff_id: needsPerson ? staffId : null,
      note: note.trim(),
    };
    action.run({ id: session.id, body });
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={submit} onKeyDown={ignoreComposingEnter}>
      <div className="flex flex-wrap items-start gap-3">
        <div className="min-w-44 flex-1">
          <FormField label={t("till.drawer.what")}>
            {(input) => (
              <select
                {...input}
                className={INPUT}
                value={way}
                onChange={(event) => setWay(event.target.value as Way)}
              >
                {(Object.keys(WAYS) as Way[]).map((value) => (
                  <option key={value} value={value}>
                    {t(`till.drawer.way.${value}`)}
                  </option>
                ))}
              </select>
            )}
          </FormField>
        </div>
        <FormField label={t("till.amountOf")} error={isChecked ? problems.amount : undefined}>
          {(input) => (
            <MoneyInput
              {...input}
              width="w-36!"
              highest={1_000_000_000}
              value={amount}
              onChange={setAmount}
            />
          )}
        </FormField>
      </div>
      {needsPerson && (
        <FormField label={t("till.drawer.person")} error={isChecked ? problems.person : undefined}>
          {(input) => (
            <select
              {...input}
              className={INPUT}
              value={staffId}
              onChange={(event) => setStaffId(event.target.value)}
            >
              <option value="">{t("till.drawer.choosePerson")}</option>
              {people.map(({ id, full_name }) => (
                <option key={id} value={id}>
                  {full_name}
                </option>
              ))}
            </select>
          )}
        </FormField>
      )}
      <FormField label={t("till.extra.note")} error={isChecked ? problems.note : undefined}>
        {(input) => (
          <input
            {...input}
            className={INPUT}
            maxLength={300}
            autoComplete="off"
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        )}
      </FormField>
      <p role="alert" className="text-danger empty:hidden">
        {error !== null && sentenceOf(t, error)}
      </p>
      <Button type="submit" className="self-start pointer-coarse:h-11" disabled={action.isRunning}>
        {t(isIn ? "till.drawer.putIn" : "till.drawer.takeOut")}
      </Button>
    </form>
  );
}
