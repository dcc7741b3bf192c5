#!/usr/bin/env bash
# budoux 0.10.1 finds the phrases of Japanese and Chinese, where a line may break. In a text that mixes scripts it also puts a
# boundary inside a number and inside a Latin word, because its models know the characters around a place, not their classes; its
# phrases must not be taken for words or for chances of a line break as they are.
# Expected before the run: digits and Latin letters without a space between them stay together.
# Seen: 2024年 becomes 202 | 4年 (ja), and iPhone becomes iP | hone (zh-hans). A part of a text may also have other phrases than
# the whole text has there: the number of words of a line is not known from the line alone.
# Used in shared/sutradhar/domain/text/phrases.py. Exits with an error when neither is cut.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check budoux==0.10.1
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import budoux

japanese = budoux.load_default_japanese_parser().parse("「すごい」と言った。2024年3月にGoogleへ行く予定だ。")
chinese = budoux.load_default_simplified_chinese_parser().parse("我昨天用iPhone拍照，2024年的价格是3.5万元。")
print(" | ".join(japanese))
print(" | ".join(chinese))
if any("2024年" in phrase for phrase in japanese) and any("iPhone" in phrase for phrase in chinese):
    sys.exit("this has changed")
PYTHON
