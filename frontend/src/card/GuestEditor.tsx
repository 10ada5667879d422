/** Who the guest is: the name that the desk wrote, and the customer. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { call } from "@/api/client";
import {
  type AppointmentRead,
  type AppointmentUpdate,
  type BoardRead,
  searchCustomersByText,
  updateAppointment,
  type VisitChanged,
} from "@/api/generated";
import { Button } from "@/design/Button";
import { phoneNumber } from "@/i18n/format";
import { Input } from "./fields";
import { useDeskAction } from "./useDeskAction";

interface Props {
  board: BoardRead;
  appointment: AppointmentRead;
}

type Change = Pick<AppointmentUpdate, "guest_name" | "customer_id"> & { isUndo?: boolean };

/** The API searches from two letters or digits on. */
const SHORTEST = 2;

export function GuestEditor({ board, appointment }: Props) {
  const { t } = useTranslation();
  const [name, setName] = useState(appointment.guest_name);
  const [text, setText] = useState("");
  const query = text.trim();
  const { data: found } = useQuery({
    queryKey: ["customers", "search", query],
    queryFn: ({ signal }) => call(searchCustomersByText({ query: { q: query, limit: 6 }, signal })),
    enabled: query.length >= SHORTEST,
  });
  const save = useDeskAction<Change, VisitChanged>({
    zone: board.time_zone,
    send: ({ isUndo: _, ...change }, overrule) =>
      call(
        updateAppointment({
          path: { appointment_id: appointment.id },
          body: {
            ...change,
            ...(overrule.allow_same_time === undefined ? {} : { allow_same_time: overrule.allow_same_time }),
          },
        }),
      ),
    onDone: (visit, { isUndo }) => {
      setText("");
      const guest = visit.appointments.find(({ id }) => id === appointment.id);
      setName(guest?.guest_name ?? "");
      const before = {
        guest_name: appointment.guest_name,
        customer_id: appointment.customer_id,
        isUndo: true,
      };
      showDone(t("opened.guestSaved"), isUndo ? undefined : () => save.run(before));
    },
  });
  return (
    <>
      <div className="flex items-end gap-2">
        <Input label={t("opened.guestName")} value={name} maxLength={200} onChange={setName} />
        <Button
          size="lg"
          disabled={name === appointment.guest_name || save.isRunning}
          onClick={() => save.run({ guest_name: name.trim() })}
        >
          {t("opened.save")}
        </Button>
      </div>
      <Input label={t("opened.customer")} type="search" value={text} onChange={setText} />
      {query.length >= SHORTEST && found !== undefined && (
        <ul aria-label={t("opened.customers")} className="flex flex-col gap-1">
          {found.map((customer) => (
            <li key={customer.id}>
              <Button
                className="min-h-11 w-full justify-start"
                disabled={customer.id === appointment.customer_id || save.isRunning}
                onClick={() => save.run({ customer_id: customer.id, guest_name: "" })}
              >
                <span className="truncate">{customer.full_name}</span>
                {customer.phone !== null && (
                  <span className="tabular ml-auto text-muted">{phoneNumber(customer.phone)}</span>
                )}
              </Button>
            </li>
          ))}
          {found.length === 0 && <li className="text-muted">{t("opened.noCustomer", { text: query })}</li>}
        </ul>
      )}
    </>
  );
}
