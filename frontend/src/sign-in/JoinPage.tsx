/** Where the link of an invitation leads: the invited person sets a password and begins. */

import { useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { joinSpa } from "@/api/session";
import { useTitle } from "@/app/useTitle";
import { FORM, Frame } from "./Frame";
import { LinkForm } from "./LinkForm";

export function JoinPage() {
  const { t } = useTranslation("setup");
  const token = useLocation({ select: ({ hash }) => hash });
  useTitle(t("join.title"));
  return (
    <Frame lead={t("join.lead")}>
      {token === "" ? (
        <div className={FORM}>
          <h1 className="font-semibold text-xl">{t("join.noLink")}</h1>
          <p className="mt-1 text-muted">{t("join.noLinkHint")}</p>
        </div>
      ) : (
        <LinkForm
          title={t("join.title")}
          hint={t("join.hint")}
          submit={t("join.submit")}
          signedInHint={t("join.signedInHint")}
          hasName
          send={({ name, password }) => joinSpa({ token, full_name: name, password })}
        />
      )}
    </Frame>
  );
}
