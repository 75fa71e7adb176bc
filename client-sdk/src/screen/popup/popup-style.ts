/** Styles of the popup, besides the theme's. */
export const POPUP_CSS = `
.card{width:min(320px,calc(100vw - 24px));max-height:calc(100vh - 8px);overflow-y:auto}
label{display:block;margin:0 0 8px}
.row{display:flex;gap:10px}
input{flex:1;min-width:0;height:46px;box-sizing:border-box;padding:0 12px;font:inherit;font-size:18px;color:inherit;
background:var(--surface);border:1.5px solid var(--edge);border-radius:9px}
input.code{text-transform:uppercase;letter-spacing:.18em}
button.wide{width:100%}
button.swap{min-height:32px;margin:8px 0 0;padding:4px 2px;color:var(--text);background:none;font-size:13px;font-weight:400;text-decoration:underline;text-align:start}
canvas{display:block;width:100%;margin:0 0 10px;border:1px solid var(--line);border-radius:9px;background:#fff}
.left{margin:12px 0 0;font-size:13px;color:var(--quiet);font-variant-numeric:tabular-nums}
.alert{margin:12px 0 0;color:var(--danger);font-weight:600}
.alert:empty,.left:empty{display:none}
.alert.calm{color:var(--quiet);font-weight:400}
.bar{position:absolute;inset:auto 0 0;height:4px;background:var(--line)}
.bar i{display:block;height:100%;background:var(--accent);transform-origin:left;transition:transform .3s linear}
.late .bar i{background:var(--danger)}
.late h2::before{background:var(--danger)}
`;
