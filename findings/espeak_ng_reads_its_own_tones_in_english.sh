#!/usr/bin/env bash
# espeak-ng 1.51 (Debian 12): the voice `cmn` turns Chinese characters into pinyin with numbers for the tones, and reads the
# result as an English word and an English number: 今天 is "jin one tian one". The voice `cmn-latn-pinyin` reads the same
# pinyin rightly, so a caller has to bring the readings. Likewise the voice `ne` reads 1947 in English, and १९४७ in Nepali.
# Expected before the run: a voice that is listed for a language reads its characters and its numbers in that language.
# Seen: `(en)` in the phonemes of 今天 and of 1947 in Nepali; none in those of jin1 tian1 and of १९४७.
# Used in providers/offline/word_readings.py. Exits with an error when one of these has changed.
set -euo pipefail
say() { espeak-ng -q -x -v "$1" "$2" | tr '\n' ' '; }
espeak-ng --version
characters=$(say cmn 今天) pinyin=$(say cmn-latn-pinyin "jin1 tian1") european=$(say ne 1947) own=$(say ne १९४७)
printf '%s\n' "cmn 今天: $characters" "cmn-latn-pinyin jin1 tian1: $pinyin" "ne 1947: $european" "ne १९४७: $own"
for text in "$characters" "$european"; do [[ $text == *"(en)"* ]] || { echo "this has changed"; exit 1; }; done
for text in "$pinyin" "$own"; do [[ $text != *"(en)"* ]] || { echo "this has changed"; exit 1; }; done
