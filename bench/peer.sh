#!/usr/bin/env bash
# Runs what a user would take instead beside Animo, on this machine, one after the other: scikit-learn on the
# report's file, fastText on a million rows made of it. Debian has both: apt-get install fasttext python3-sklearn.
# Each line is a whole process: wall seconds, CPU seconds, peak memory.
set -euo pipefail
cd "$(dirname "$0")/.."
shared=${ANIMO_SHARED:-../shared}
report=$shared/data/opinions/DB_proyecto_SA.txt
[ -f "$report" ] || { echo "bench-peer: $report is not there; set ANIMO_SHARED" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

measure() { # measure NAME COMMAND…
	local name=$1
	shift
	/usr/bin/time -f "%e s wall, %U s user + %S s system, %M KiB at most" -o "$work/time" "$@" >"$work/out" 2>&1 ||
		{ cat "$work/out"; return 1; }
	printf '%-44s %s\n' "$name" "$(cat "$work/time")"
}

echo "== the report's file, 1,002 rows, 10 folds and the fit on all rows"
for trainer in mlp nb lexblend auto; do
	measure "animo train --trainer $trainer" bin/animo train --trainer $trainer --json "$report"
done
if python3=$(command -v /usr/bin/python3) && "$python3" -c 'import sklearn' 2>/dev/null; then
	for model in mlp nb logreg; do
		measure "scikit-learn $model" "$python3" bench/peer.py "$model" "$report"
	done
else
	echo "scikit-learn is not installed"
fi

echo "== a million rows, 128 MB"
go run ./internal/bigfile -rows 1000000 "$report" >"$work/big.txt"
measure "animo train (auto, with 10 folds)" bin/animo train --json --out "$work/model" "$work/big.txt"
cut -f1 "$work/big.txt" >"$work/texts.txt"
measure "animo classify" bin/animo classify --json --model "$work/model" <"$work/texts.txt"
if command -v fasttext >/dev/null; then
	awk -F'\t' '{ sub("\r", "", $2); print "__label__" $2 " " $1 }' "$work/big.txt" >"$work/fasttext.txt"
	measure "fastText, dim 10, 1+2-grams, 5 epochs" fasttext supervised -input "$work/fasttext.txt" -output "$work/ft" -dim 10 -wordNgrams 2 -epoch 5 -thread "$(nproc)" -verbose 0
	measure "fastText predict, one thread" fasttext predict "$work/ft.bin" "$work/texts.txt"
else
	echo "fastText is not installed"
fi
