/** Parts of the screens that are only seen after a click: they are loaded apart from the page, before they are asked for. */
import { type ComponentType, type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { showFailure } from "@/actions/toasts";
import { addPreload } from "./preload";

interface Part<Props> {
  Component: ComponentType<Props> | null;
  load: () => Promise<void>;
}

interface Closable {
  onClose: () => void;
}

/** Return a component whose code is loaded by `usePreload`, or when it is shown. Without the network it says so and closes. */
export function deferred<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): (props: Props & Closable) => ReactNode {
  const part: Part<Props> = {
    Component: null,
    load: async () => {
      part.Component ??= await load();
    },
  };
  addPreload(part.load);
  return (props) => <Deferred part={part} props={props} />;
}

function Deferred<Props extends object>({ part, props }: { part: Part<Props>; props: Props & Closable }) {
  const { t } = useTranslation();
  const [, setLoaded] = useState(part.Component !== null);
  const fail = useRef<() => void>(undefined);
  fail.current = () => {
    showFailure(t("error.part"), [{ label: t("error.reload"), run: () => location.reload() }]);
    props.onClose();
  };
  useEffect(() => {
    if (part.Component === null)
      part.load().then(
        () => setLoaded(true),
        () => fail.current?.(),
      );
  }, [part]);
  return part.Component === null ? null : <part.Component {...props} />;
}
