"""docs/parity.md names every promise once, and each test that it names exists."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "parity.md").read_text("utf-8")
# the promises that did not work when they were counted; F numbers are faults that were found then
ROWS = re.findall(
    r"\d+",
    """
1 3 4 5 6 7 8 9 12 14 16 20 21 22 24 25 26 27 28 29 30 31 32 34 35 36 37 38 40 45 46 49 51 52 53 54 55 56 57 58 59 60
61 62 63 64 65 66 67 68 70 71 72 73 74 75 76 77 78 84 91 92 96 101 102 104 105 106 107 108 109 115 116 117 118 119 120
121 122 123 124 127 128 129 133 136 137 139 142 154 155 160 166 169 170 171 172 174 175 177 179 180 181 182 183 184
185 186 187 188 189 190 191 192 193 195 196 197 198 199 200 201 202 203 207 210 211 213 215 216 217 219 225 227 228
229 230 231 232 233 234 235 236 237 238 239 240 241 242 247 250 251 252 253 254 257 258 261 264 265 266 269 273 274
276 278 279 280 281 282 286 287 288 289 290 291 292 296 297 298 299 301 302 303 304 305 306 307 308 309 310 312 315
316 317 323 327 328 329 330 331 335 339 340 342 343 344 345 347 348 349 350 351 352 353 354 355 356 359 360 362 363
365 366 367 368 372 375 379 381 383 384 385 386 388 391 392 393 394 396 397 398 400 402 403 407 408 410 411 412 413
414 417 421 424 425 427 429
""",
)
FAULTS = [f"F{number}" for number in range(1, 20)]
LATER = PAGE.partition("## Rows that belong to later issues")[2]


@cache
def list_tests(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


def test_every_promise_has_one_place() -> None:
    in_table = re.findall(r"^\| (F?\d+) \|", PAGE, re.MULTILINE)
    assert sorted(
        in_table + re.findall(r"\bF?\d+(?=[,. ]|$)", re.sub(r"\(issue \d+\)", "", LATER), re.MULTILINE)
    ) == sorted(ROWS + FAULTS)


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"(tests/[\w/]+\.py)::(\w+)", PAGE)
    assert len(named) > 100
    missing = [f"{path}::{name}" for path, name in named if name not in list_tests(ROOT / path)]
    assert missing == []


def test_a_row_without_a_test_says_what_to_do_instead() -> None:
    rows = re.findall(r"^\| (F?\d+) \| .* \| (.*) \|$", PAGE, re.MULTILINE)
    assert [number for number, text in rows if "::" not in text and len(text.split()) < 8] == []
