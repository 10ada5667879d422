/** The floor of the measurements: a React page with one button that answers. */
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

function Empty() {
  const [count, setCount] = useState(0);
  return (
    <button type="button" data-answered={count > 0 || undefined} onClick={() => setCount(count + 1)}>
      {count}
    </button>
  );
}

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <Empty />
    </StrictMode>,
  );
}
