"""python -m standins.guide --port 8014 --home DIR (shows DIR/guide.json, once the people of the demo are there)"""

import json
import time
from dataclasses import replace
from pathlib import Path

from standins.authenticator import SECRET, shown
from standins.service import Answer, Request, arguments, page, serve

_PAGE = """
<p>工作人员的账号见启动窗口，密码都是yanshi-2023。
县区、市州、省的工作人员和三员登录时还要填<a href="/code">动态口令</a>。</p>
{% if not guide %}<p>演示考生正在装入，约一两分钟后刷新本页。
已经有自己录入的考生时，不再装入演示考生。</p>{% else %}
<p>下面的考生、证件和电话都是编造的。</p>
<h2>已设密码的考生</h2>
<p>在考生平台选“登录”，填公民身份号码。
登录密码<strong>{{ guide.login }}</strong>，保存密码<strong>{{ guide.save }}</strong>。</p>
<table><tr><th>姓名</th><th>公民身份号码</th><th>现在到哪一步</th></tr>{% for one in guide.known %}
<tr><td>{{ one.name }}</td><td>{{ one.number }}</td><td>{{ one.stage }}</td></tr>{% endfor %}</table>
<h2>还没有登录的考生</h2>
<p>在考生平台选“第一次登录”，照下面填写。激活码印在通知单上。</p>
<table><tr><th>姓名</th><th>公民身份号码</th><th>有效期止日</th><th>激活码</th><th></th></tr>
{% for one in guide.slips %}
<tr><td>{{ one.name }}</td><td>{{ one.number }}</td><td>{{ one.valid_to }}</td><td>{{ one.code }}</td>
<td><a href="/slip-{{ loop.index0 }}.pdf">通知单</a></td></tr>{% endfor %}</table>{% endif %}"""

_CODE = """
<p>县区、市州、省的工作人员和三员登录第二步填它，每个账号每个口令只能用一次。页面自己换下一个。</p>
<p style="font-size: 3rem; letter-spacing: .2em; margin: 1rem 0"><strong>{{ code }}</strong></p>
<p>还显示{{ left }}秒。也可以用手机上的验证器：类型选“基于时间”，密钥{{ secret }}，所有演示账号共用。</p>"""


class Guide:
    """The page and the slips; read anew each time, for they come while this runs."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def show(self, _: Request) -> Answer:
        kept = self._home / "guide.json"
        guide = json.loads(kept.read_bytes()) if kept.exists() else None
        return page(_PAGE, title="演示考生", mark="给试用的人看的说明", guide=guide)

    def code(self, _: Request) -> Answer:
        code, left = shown(time.time())
        answer = page(_CODE, title="动态口令", mark="代替工作人员手机上的验证器", code=code, left=left, secret=SECRET)
        return replace(answer, headers={**answer.headers, "Refresh": str(left)})

    def slip(self, request: Request) -> Answer:
        path = self._home / f"slip-{request.parts[0]}.pdf"
        return Answer(200, path.read_bytes(), {"Content-Type": "application/pdf"}) if path.exists() else Answer(404)


def main() -> None:
    known = arguments()
    guide = Guide(known.home)
    routes = [("GET", "/", guide.show), ("GET", "/code", guide.code), ("GET", r"/slip-(\d)\.pdf", guide.slip)]
    serve(routes, port=known.port)


if __name__ == "__main__":
    main()
