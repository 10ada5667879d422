/** A new customer. */

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { Lock } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showDone } from "@/actions/toasts";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { createCustomer } from "@/api/generated";
import { useTitle } from "@/app/useTitle";
import { Notice } from "@/design/Notice";
import { CustomerForm } from "./CustomerForm";
import { keepCustomer } from "./data";
import { customerOf, EMPTY, type Values } from "./form";
import { PhoneOwner } from "./PhoneOwner";
import { typedText } from "./position";
import { type Refusal, refusalOf } from "./refusals";
import { useRights } from "./roles";
import { fieldsOfSearch } from "./search";

const NOTHING: Refusal = { fields: {} };

export function NewCustomerPage() {
  const { t } = useTranslation();
  const { isDesk } = useRights();
  const navigate = useNavigate();
  const { history } = useRouter();
  const cache = useQueryClient();
  const { typed } = useSearch({ from: "/desk/customers/new" });
  const [initial] = useState<Values>(() => ({ ...EMPTY, ...(typed ? fieldsOfSearch(typedText()) : {}) }));
  const [refusal, setRefusal] = useState(NOTHING);
  const { run, isRunning, isWaiting } = useAction({
    send: (values: Values, key: string) =>
      call(createCustomer({ body: customerOf(values), headers: { "Idempotency-Key": key } })),
    onDone: (customer) => {
      keepCustomer(cache, customer);
      showDone(t("customers.added", { name: customer.full_name }));
      void navigate({
        to: "/desk/customers/$customerId",
        params: { customerId: customer.id },
        replace: true,
        ignoreBlocker: true,
      });
    },
    onRefused: (error) => setRefusal(refusalOf(t, error)),
  });
  useTitle(t("customers.add"));
  if (!isDesk)
    return <Notice icon={Lock} title={t("customers.noAccess")} hint={t("customers.noAccessHint")} />;
  return (
    <div className="min-h-0 flex-1 overflow-auto p-4">
      <div className="mx-auto max-w-2xl rounded-lg border border-line bg-surface p-6">
        <h1 className="mb-4 font-semibold text-xl">{t("customers.add")}</h1>
        <CustomerForm
          initial={initial}
          refused={refusal.fields}
          failure={refusal.failure}
          phoneRemedy={(change) =>
            refusal.phoneOwner !== undefined && <PhoneOwner id={refusal.phoneOwner} change={change} />
          }
          isRunning={isRunning}
          isWaiting={isWaiting}
          onSave={(values) => {
            setRefusal(NOTHING);
            run(values);
          }}
          onCancel={() => history.back()}
        />
      </div>
    </div>
  );
}
