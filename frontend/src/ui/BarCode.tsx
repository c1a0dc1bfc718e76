import { itfWidths } from "./itf";

const quietModules = 10;

/** The bar code of a boleto, drawn as ITF. */
export function BarCode({ digits, label }: { digits: string; label: string }) {
  const widths = itfWidths(digits);
  if (widths === null) return null;
  let at = quietModules;
  let path = "";
  widths.forEach((width, index) => {
    if (index % 2 === 0) path += `M${at} 0h${width}v1h-${width}z`;
    at += width;
  });
  return (
    <svg
      className="bar-code"
      viewBox={`0 0 ${at + quietModules} 1`}
      preserveAspectRatio="none"
      shapeRendering="crispEdges"
      role="img"
      aria-label={label}
    >
      <path d={path} fill="#000" />
    </svg>
  );
}
