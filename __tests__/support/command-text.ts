import * as fc from "fast-check";

const pieces = [
  "::",
  ":",
  "#",
  "##[",
  "[",
  "]",
  "##[error]",
  "::error::",
  "::add-mask::",
  "::set-output name=a::",
  "::group::",
  "::stop-commands::",
  "::stop-commands::x\n",
  "::x::",
  "::notice file=a,line=1::",
  "::ENDGROUP::",
  "##[set-env name=A]",
  "%0A",
  "%0D",
  "%25",
  "%3A",
  "%",
  "\n",
  "\r",
  "\r\n",
  "\t",
  "\v",
  "\f",
  " ",
  "\u0085",
  "\u00a0",
  "\u1680",
  "\u2028",
  "\u200b",
  "\u200d",
  "\ufeff",
  "\u00ad",
  "\0",
  "\u001b[31m",
  "\ud800",
  "\u202e",
  "=",
  ",",
  ";",
  "a",
  "name",
];

/** Text of what file names, tags and notes may be made of to get a workflow's runner to do something. */
export function commandText(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: anyText({ maxLength: 4 }) },
  );
  return fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(""));
}

/** Text of any code points, lone surrogates among them; made much sooner than fast-check's own, which lists them all first. */
export function anyText(lengths: fc.ArrayConstraints): fc.Arbitrary<string> {
  const point = fc.oneof(
    fc.integer({ max: 0x7f, min: 0 }),
    fc.integer({ max: 0xffff, min: 0 }),
    fc.integer({ max: 0x10ffff, min: 0 }),
  );
  return fc.array(point, lengths).map((points) => String.fromCodePoint(...points));
}
