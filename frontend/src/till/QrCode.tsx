/** A QR code that the API has drawn as SVG. The policy of the page allows neither images that are data nor text that becomes
    elements: its path is drawn again. */

interface Props {
  svg: string;
  label: string;
  className: string;
}

export function QrCode({ svg, label, className }: Props) {
  const [path = "", viewBox] = [attribute(svg, "d"), attribute(svg, "viewBox")];
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={viewBox}
      className={`shrink-0 rounded-md bg-code-paper text-code ${className}`}
      shapeRendering="crispEdges"
    >
      <path d={path} fill="none" stroke="currentColor" />
    </svg>
  );
}

function attribute(svg: string, name: string): string | undefined {
  return new RegExp(` ${name}="([^"]*)"`).exec(svg)?.[1];
}
