"""How the page looks. It can be read without: Jenkins shows pages without their styles."""

from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --ink: #16181d; --soft: #5a6070; --paper: #ffffff; --panel: #f6f7f9; --rule: #d9dce3;
  --link: #1f4fa3;
  --broken: #b3261e; --on-broken: #ffffff; --broken-wash: #fdf1f0; --open: #7d5200; --open-wash: #fdf6e7; --intact: #1c6b3c;
  --intact-wash: #f0f8f2; --quiet: #5a6070; --point: #ffe08a; --on-point: #16181d; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceef2; --soft: #a9b0be; --paper: #14161a; --panel: #1d2026;
  --rule: #3a3f4a;
  --link: #9cc1ff; --broken: #ff9c93; --on-broken: #14161a; --broken-wash: #2b1a1a; --open: #f0c26a; --open-wash: #2a2315;
  --intact: #84d59d; --intact-wash: #17241b; --quiet: #a9b0be; --point: #66530f; --on-point: #ffffff; } }
*, *::before { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 76rem; padding: 1.25rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere; }
h1, h2, h3, h4, p, ul, ol, dl, dd, figure, pre { margin: 0; padding: 0; }
ul, ol { list-style: none; }
a { color: var(--link); text-underline-offset: 0.15em; }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 3px; border-radius: 2px; }
code, pre { font: 0.875em/1.5 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.skip { position: absolute; left: -99rem; }
.skip:focus { position: static; }
.soft { color: var(--soft); font-size: 0.875rem; }

.top { border-top: 0.5rem solid var(--tone); padding: 1.25rem 0 0; }
.top.broken { --tone: var(--broken); } .top.open { --tone: var(--open); } .top.intact { --tone: var(--intact); }
.about { color: var(--soft); font-size: 0.9375rem; }
.verdict { color: var(--tone); font-weight: 700; letter-spacing: 0.08em; margin-top: 0.9rem; }
h1 { font-size: clamp(1.5rem, 1.1rem + 2vw, 2.375rem); line-height: 1.2; letter-spacing: -0.015em; margin: 0.25rem 0 0.5rem;
  max-width: 44ch; text-wrap: balance; }
.sentence { font-size: 1.125rem; }
.notice { background: var(--open-wash); border-left: 0.25rem solid var(--open); padding: 0.75rem 1rem; margin-top: 1rem; }
.notice h2 { margin: 0; font-size: 1.0625rem; border: 0; padding: 0; }
.notice ul { list-style: disc; padding-left: 1.25rem; }
.counts { display: flex; flex-wrap: wrap; gap: 0.75rem 2.25rem; margin: 1.25rem 0 0.75rem; }
.counts li { color: var(--tone, var(--quiet)); }
.counts strong { display: block; font-size: 1.75rem; line-height: 1.1; font-weight: 650; font-variant-numeric: tabular-nums; }
.counts a { color: inherit; display: inline-block; padding: 0.15rem 0; }
.broken { --tone: var(--broken); --wash: var(--broken-wash); }
.inconclusive, .unproven, .tolerated, .waived { --tone: var(--open); --wash: var(--open-wash); }
.intact { --tone: var(--intact); --wash: var(--intact-wash); }
.unpromised, .unseen { --tone: var(--quiet); --wash: var(--panel); }

main > section { margin-top: 2.75rem; }
main > section > section { margin-top: 2.25rem; }
h2 { font-size: 1.375rem; letter-spacing: -0.01em; line-height: 1.3; margin-bottom: 0.35rem; }
.rest h2, .changes h2 { font-size: 1.125rem; }
.changes h3 { font-size: 1rem; margin: 1.25rem 0 0.25rem; }

.mark { color: var(--tone); font-weight: 650; font-size: 0.875rem; white-space: nowrap; }
.dot { display: inline-grid; place-items: center; width: 1.5rem; height: 1.5rem; border: 2px solid var(--tone);
  border-radius: 50%;
  background: var(--paper); line-height: 1; font-size: 0.8125rem; font-weight: 700; vertical-align: middle; }
.broken > .dot { background: var(--broken); color: var(--on-broken); }

.journey { margin-top: 1.5rem; padding: 1.25rem 1.5rem 1.5rem; border: 1px solid var(--rule); border-radius: 0.75rem;
  break-inside: avoid; }
.journey.broken { border-color: var(--broken); }
.journey > header { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: center; }
.journey h3 { font-size: 1.125rem; line-height: 1.3; }
.goal { margin-top: 0.25rem; max-width: 75ch; }
.asides { display: flex; flex-wrap: wrap; gap: 0 3.5rem; }
.asides > div { flex: 0 1 20rem; min-width: min(14rem, 100%); }
.part { margin-top: 1.75rem; font-size: 0.8125rem; font-weight: 650; color: var(--soft); letter-spacing: 0.04em; }
.line { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.75rem, 1fr)); gap: 1.75rem 0; margin-top: 1.5rem; }
.line.aside { margin-top: 0.6rem; }
.stop { position: relative; padding-right: 1.25rem; }
.stop::before { content: ""; position: absolute; left: 0; right: 0; top: calc(1rem - 1px); height: 2px;
  background: var(--rule); }
.stop:last-child::before { right: auto; width: 1rem; }
.aside .stop::before { display: none; }
.stop > .mark { position: relative; display: grid; gap: 0.3rem; justify-items: start; }
.stop > .mark .dot { width: 2rem; height: 2rem; font-size: 1rem; }
.aside .stop > .mark { grid-auto-flow: column; justify-content: start; align-items: center; }
.aside .stop > .mark .dot { width: 1.5rem; height: 1.5rem; font-size: 0.8125rem; }
.backstage .dot { border-style: dashed; }
.unseen > .dot { border-color: var(--rule); }
.stop.unseen .says { color: var(--soft); }
.says { line-height: 1.35; margin: 0.15rem 0 0.3rem; }
.stop.broken .says { font-weight: 700; }
.stop .soft { line-height: 1.4; }
.points { margin-top: 0.3rem; font-size: 0.875rem; }
.points li { color: var(--tone, var(--soft)); padding: 0.1rem 0; }
.points a { color: inherit; display: inline-block; min-height: 1.5rem; }

.experience { margin-top: 1.5rem; }
.experience > h3 { font-size: 1.125rem; line-height: 1.4; max-width: 62ch; }
.finding { margin-top: 1rem; padding: 1.25rem 1.5rem; background: var(--panel); border-radius: 0.5rem;
  border-left: 0.25rem solid var(--tone); }
.finding > h3, .finding > h4 { font-size: 1.0625rem; line-height: 1.4; }
.finding .mark { margin-right: 0.4rem; }
:target { outline: 3px solid var(--link); outline-offset: 3px; }
dl { display: grid; grid-template-columns: 7rem 1fr; gap: 0.25rem 1rem; margin-top: 0.9rem; }
dt { color: var(--soft); font-size: 0.875rem; line-height: 1.6rem; }
.fared { display: block; border-top: 1px solid var(--rule); }
.fared > div { display: grid; grid-template-columns: minmax(10rem, 20rem) 1fr; gap: 0 1rem; padding: 0.5rem 0;
  border-bottom: 1px solid var(--rule); }
.fared dt { color: inherit; font-size: 1rem; }
.exchange { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 0 1rem; }
figure { margin-top: 1rem; min-width: 0; }
figcaption { font-size: 0.875rem; color: var(--soft); margin-bottom: 0.25rem; }
pre { background: var(--paper); border: 1px solid var(--rule); border-radius: 0.375rem; padding: 0.75rem 0.9rem;
  white-space: pre-wrap; }
pre mark { display: inline-block; min-width: 100%; background: var(--point); color: var(--on-point); font-weight: 650; }
summary { cursor: pointer; }
.fold { border-bottom: 1px solid var(--rule); }
.fold > summary { padding: 0.6rem 0; }
.fold > summary .mark { margin-right: 0.4rem; }
.fold .finding, .fold .journey, .fold > ul { margin: 0 0 1rem; }
.fold .finding > h3 { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
.fold .finding > h3 + dl { margin-top: 0; }
.more { margin-top: 0.75rem; }
.plain > li { padding: 0.4rem 0; border-bottom: 1px solid var(--rule); }
.plain > li .soft { display: block; }
.holds .plain { font-size: 0.9375rem; }
footer { margin-top: 4rem; color: var(--soft); font-size: 0.875rem; }

@media (max-width: 40rem) {
  body { padding: 0.75rem 1rem 3rem; }
  .journey { padding: 1rem; } .finding { padding: 1rem; }
  .line { display: block; }
  .stop { padding: 0 0 1.5rem 3rem; }
  .stop:last-child { padding-bottom: 0; }
  .stop::before, .aside .stop::before { display: block; left: calc(1rem - 1px); right: auto; top: 0; bottom: 0; width: 2px;
  height: auto; }
  .stop:last-child::before { width: 2px; bottom: auto; height: 1rem; }
  .aside .stop::before { display: none; }
  .stop > .mark, .aside .stop > .mark { display: block; position: static; min-height: 2rem; line-height: 2rem; }
  .stop > .mark .dot, .aside .stop > .mark .dot { position: absolute; left: 0; top: 0; width: 2rem; height: 2rem;
  font-size: 1rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 0.35rem; } .fared > div { grid-template-columns: 1fr; }
}
@media print {
  :root { --paper: #ffffff; --panel: #ffffff; --ink: #000000; --soft: #444444; --rule: #bbbbbb; --broken: #a01810;
  --open: #6d4700;
    --intact: #135a2e; --quiet: #444444; --link: #000000; --on-broken: #a01810; --point: #ffffff; --on-point: #000000; }
  html { font-size: 10pt; }
  body { max-width: none; padding: 0; }
  .skip { display: none; }
  .broken > .dot { background: var(--paper); } pre mark { border-left: 4px solid; }
  .dot, .stop::before { print-color-adjust: exact; }
  .finding { border: 1px solid var(--rule); border-left: 0.25rem solid var(--tone); }
  h2, h3, h4, summary, figcaption { break-after: avoid; }
  h2, h3, h4, summary, figure, .finding > dl, .stop, li { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
"""
