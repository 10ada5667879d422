import { Eye, EyeOff } from "lucide-react";
import { type InputHTMLAttributes, type Ref, useState } from "react";
import { useTranslation } from "react-i18next";
import { FIELD } from "./Frame";

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  ref?: Ref<HTMLInputElement>;
}

/** A password, with a button that shows what was typed. */
export function PasswordInput(input: Props) {
  const { t } = useTranslation();
  const [isShown, setIsShown] = useState(false);
  return (
    <div className="relative">
      <input {...input} type={isShown ? "text" : "password"} maxLength={200} className={`${FIELD} pr-11`} />
      <button
        type="button"
        className="absolute inset-y-1 right-1 grid w-9 place-items-center rounded-md text-muted hover:bg-hover"
        aria-label={isShown ? t("signIn.hidePassword") : t("signIn.showPassword")}
        onClick={() => setIsShown(!isShown)}
      >
        {isShown ? <EyeOff aria-hidden size={18} /> : <Eye aria-hidden size={18} />}
      </button>
    </div>
  );
}
