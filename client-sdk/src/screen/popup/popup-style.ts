/** Styles of the popup. Contrast of text ≥ 7:1, of controls ≥ 4.5:1; targets at least 44 px high. */
export const POPUP_CSS = `
.card{position:absolute;box-sizing:border-box;width:min(320px,calc(100vw - 24px));padding:18px 20px 20px;overflow:hidden;
pointer-events:auto;border-radius:14px;background:#fff;color:#14202e;border:1px solid #d5dde6;
box-shadow:0 10px 34px rgba(10,25,45,.34);font:15px/1.55 system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;
text-align:start;animation:rise .22s ease-out}
.card:focus{outline:none}
h2{margin:0 0 6px;font-size:17px;line-height:1.35;font-weight:650;display:flex;align-items:center;gap:8px}
h2::before{content:"";flex:none;width:9px;height:9px;border-radius:50%;background:#0b7a5e}
p{margin:0 0 14px;text-wrap:pretty}
label{display:block;margin:0 0 8px}
.row{display:flex;gap:10px}
input{flex:1;min-width:0;height:46px;box-sizing:border-box;padding:0 12px;font:inherit;font-size:18px;color:inherit;
background:#fff;border:1.5px solid #6b7c8f;border-radius:9px}
button{min-height:46px;padding:0 18px;font:inherit;font-weight:600;color:#fff;background:#0b6b53;border:0;border-radius:9px;cursor:pointer}
button.wide{width:100%}
button:hover{background:#08543f}
button:disabled{background:#5c6f6a;cursor:default}
input:focus-visible,button:focus-visible{outline:3px solid #1d6fd8;outline-offset:2px}
.left{margin:12px 0 0;font-size:13px;color:#46566a;font-variant-numeric:tabular-nums}
.alert{margin:12px 0 0;color:#9a2413;font-weight:600}
.alert:empty,.left:empty{display:none}
.alert.calm{color:#46566a;font-weight:400}
.bar{position:absolute;inset:auto 0 0;height:4px;background:#e4ebf0}
.bar i{display:block;height:100%;background:#0b7a5e;transform-origin:left;transition:transform .3s linear}
.late .bar i{background:#9a2413}
.late h2::before{background:#9a2413}
@keyframes rise{from{opacity:0;transform:translateY(8px)}}
@media (prefers-reduced-motion:reduce){.card{animation:none}.bar i{transition:none}}
@media (forced-colors:active){.card{border:2px solid CanvasText}}
`;
