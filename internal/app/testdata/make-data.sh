#!/usr/bin/env bash
# Makes a small data folder with a built animo, in the state in which a killed server leaves it, for the test
# that opens it with the animo of today:
#
#     make-data.sh ANIMO PHOTOS OUT
#
# ANIMO is the binary of the commit, PHOTOS the folder samples/photos with its pictures, OUT what the two files are called:
# OUT.tar.gz is the folder, OUT.json is what that binary told of it just before it was killed.
# It takes bash, curl, jq, and Python with Pillow for the pictures.
set -euo pipefail
ANIMO=$(realpath "$1") PHOTOS=$(realpath "$2") OUT=$(realpath -m "$3") HERE=$(dirname "$(realpath "$0")")
WORK=$(mktemp -d)
SERVER= RECEIVER=
trap 'kill -9 $SERVER $RECEIVER 2>/dev/null || true; rm -rf "$WORK"' EXIT
cd "$WORK"
mkdir pictures

python3 - "$PHOTOS" <<'PY'
import sys
from PIL import Image
def cut(name, sample, box, side, quality):
    image = Image.open(f"{sys.argv[1]}/sample{sample}.jpg").convert("RGB")
    if box:
        image = image.crop(box)
    image.thumbnail((side, side))
    image.save(f"pictures/{name}.jpg", quality=quality)
# Portraits of one face each introduce people.
cut("ana", 3, (882, 49, 1541, 709), 180, 45)
cut("eva", 4, (525, 0, 989, 413), 180, 45)
cut("bea", 5, (192, 739, 733, 1280), 180, 45)
cut("lia", 4, (1131, 47, 1567, 483), 180, 45)
cut("zoe", 6, (484, 198, 1036, 750), 180, 45)
cut("pia", 6, (1326, 144, 1859, 676), 180, 45)
# Groups and faces are analysed.
cut("group3", 3, None, 240, 40)
cut("group4", 4, None, 280, 35)
cut("group6", 6, None, 220, 35)
faces = {"1a": (1, (287, 259, 717, 689)), "1b": (1, (1361, 103, 1794, 536)), "1c": (1, (726, 329, 1136, 739)), "3b": (3, (440, 220, 929, 709)),
         "3c": (3, (1347, 180, 1850, 682)), "5b": (5, (978, 102, 1405, 529)), "5c": (5, (1246, 282, 1732, 768)), "5d": (5, (457, 315, 904, 763)), "2b": (2, (1325, 56, 1762, 493)),
         "4d": (4, (116, 86, 559, 528))}
for name, (sample, box) in faces.items():
    cut(name, sample, box, 120, 40)
whole = open("pictures/5d.jpg", "rb").read()
open("pictures/broken.jpg", "wb").write(whole[:400])
PY

cat > receiver.py <<'PY'
import http.server
class Told(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Told)
print(server.server_port, flush=True)
server.serve_forever()
PY
python3 receiver.py > port & RECEIVER=$!
until [ -s port ]; do sleep 0.1; done

"$ANIMO" tenants add sol --purpose event --data data > /dev/null
KEY=$("$ANIMO" keys add sol --data data)
"$ANIMO" keys add sol --aws --data data > access
. ./access

serve() { # FUNCTIONS…: starts a server that runs these, all without any
    : > log
    "$ANIMO" serve --data data --listen 127.0.0.1:0 --allow-private-webhooks --pauses 1ms,1ms "$@" 2> log & SERVER=$!
    until grep -q 'ready on' log; do sleep 0.1; kill -0 $SERVER; done
    URL=$(grep -o 'http://127.0.0.1:[0-9]*' log | head -1)
}
stop() { kill -TERM $SERVER; wait $SERVER || true; }
api() { # METHOD PATH [curl's arguments]
    local method=$1 path=$2
    shift 2
    curl --silent --show-error --fail-with-body -X "$method" -H "Authorization: Bearer $KEY" "$@" "$URL$path"
}
picture() { api "$1" "$2" -H 'Content-Type: image/jpeg' --data-binary "@pictures/$3.jpg"; }
photo() { picture PUT "/v1/photos/$1.jpg${2:-}" "$1" | jq -r .id; }
introduce() { picture POST "/v1/people/$1/photos" "$2" > /dev/null; }
quiet() { # until no queue has anything to do
    until [ "$(api GET /v1/queues | jq "[.items[]|select(.queue|test(\"${1:-}\"))|.ready+.waiting+.running]|add")" = 0 ]; do sleep 0.1; done
}
face() { api GET "/v1/photos/$1" | jq -r ".faces[$2].id"; }
say() { api POST "/v1/faces/$1/person" --json "$2" > /dev/null; }
measured() { # IMAGE MOOD
    api POST /v1/moods --json "{\"items\":[{\"image_id\":\"$1\",\"source\":\"sala\",\"taken_at\":\"$(date -u +%FT%T.000Z)\",\"emotions\":[{\"Type\":\"$2\",\"Confidence\":91.5},{\"Type\":\"CALM\",\"Confidence\":8.5}]}]}" | jq -r '.items[0].face_id'
}
rekognition() { # CALL BODY
    curl --silent --show-error --fail-with-body --aws-sigv4 aws:amz:animo:rekognition --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
        -H "X-Amz-Target: RekognitionService.$1" -H 'Content-Type: application/x-amz-json-1.1' --data-binary "$2" "$URL/"
}

# Everything that is dealt with.
serve
api POST /v1/subscriptions --json "{\"kind\":\"webhook\",\"target\":\"http://127.0.0.1:$(cat port)/\"}" > /dev/null
api POST /v1/subscriptions --json '{"kind":"webhook","target":"http://127.0.0.1:9/","filter":{"mood":"happy"}}' > /dev/null
introduce Ana ana; introduce Eva eva; introduce Bea bea; introduce Lia lia; introduce Zoe zoe
G3=$(photo group3 '?source=puerta'); G4=$(photo group4); G6=$(photo group6 '?source=sala'); A1=$(photo 1a); B1=$(photo 1b); GONE=$(photo 5b)
quiet
photo broken > /dev/null
quiet
say "$(face $G3 1)" '{"name":"Noa"}'
say "$(face $G4 1)" '{"name":"Lia"}'
say "$(face $B1 0)" '{"not":"Ana"}'
api PATCH /v1/people/Bea --json '{"name":"Beatriz"}' > /dev/null
api POST /v1/people/Lia/merge --json '{"into":"Eva"}' > /dev/null
quiet
api POST /v1/photos:reanalyse --json "{\"ids\":[\"$G3\"]}" > /dev/null
measured webcam HAPPY > /dev/null; measured webcam SAD > /dev/null; M3=$(measured webcam SURPRISED)
quiet
api DELETE "/v1/photos/$GONE" > /dev/null
api DELETE "/v1/moods/$M3" > /dev/null
api DELETE /v1/people/Zoe > /dev/null
rekognition CreateCollection '{"CollectionId":"crew"}' > /dev/null
jq -nc --arg b "$(base64 -w0 pictures/ana.jpg)" '{CollectionId:"crew",ExternalImageId:"ana",Image:{Bytes:$b},QualityFilter:"NONE"}' > index
rekognition IndexFaces @index > /dev/null
head -40 "$PHOTOS/../opiniones.txt" > opiniones.txt
api PUT /v1/training/opiniones.txt --data-binary @opiniones.txt > /dev/null
echo 'no label at all' > malo.txt
api PUT /v1/training/malo.txt --data-binary @malo.txt > /dev/null
quiet
api POST /v1/models/opiniones.txt/corrections --json '{"text":"Las camas estaban mal arregladas","label":"Negativo"}' > /dev/null
stop

# Analysed, and not recorded.
serve --functions api,analyse
photo 1c '?source=puerta' > /dev/null; photo 3c > /dev/null; photo 5c > /dev/null
GONE2=$(photo 4d)
quiet analyse
stop

# Accepted, and not begun.
serve --functions api
for p in 2b 5d 3b; do photo $p '?source=patio' > /dev/null; done
GONE3=$(photo 5b)
api POST /v1/photos:reanalyse --json "{\"ids\":[\"$G4\"]}" > /dev/null
measured webcam2 SAD > /dev/null; measured webcam2 HAPPY > /dev/null
head -60 "$PHOTOS/../opiniones.txt" | tail -40 > nuevas.txt
api PUT /v1/training/nuevas.txt --data-binary @nuevas.txt > /dev/null
tail -40 "$PHOTOS/../opiniones.txt" > opiniones.txt
api PUT /v1/training/opiniones.txt --data-binary @opiniones.txt > /dev/null
introduce Pia pia
say "$(face $G6 0)" '{"name":"Pia"}'
api DELETE "/v1/photos/$GONE2" > /dev/null
api DELETE "/v1/photos/$GONE3" > /dev/null
api DELETE /v1/people/Noa > /dev/null

list() { api GET "$1?limit=1000" | jq -c "[.items[]$2]"; }
{
    echo "{\"key\":\"$KEY\",\"access_key\":\"$AWS_ACCESS_KEY_ID\",\"secret\":\"$AWS_SECRET_ACCESS_KEY\",\"at\":\"$(date -u +%FT%TZ)\""
    echo ",\"photos\":$(list /v1/photos '|{id,image_id,status,source:(.source//""),faces:[(.faces//[])[]|.id]}')"
    echo ",\"moods\":$(list /v1/moods '|{face_id,photo_id:(.photo_id//""),mood,source,people:[.image_data.celebrities_info[].name]}')"
    echo ",\"people\":$(list /v1/people '|{id,name,examples}')"
    echo ",\"receipts\":$(api GET /v1/receipts | jq -c .items)"
    echo ",\"summary\":$(api GET '/v1/moods/summary?every=1d')"
    echo ",\"queues\":$(api GET /v1/queues | jq -c .items)"
    echo ",\"dead\":{\"analyse\":$(api GET /v1/queues/analyse/dead | jq -c '[.items[].id]'),\"ingest\":$(api GET /v1/queues/ingest/dead | jq -c '[.items[].id]')}"
    echo ",\"subscriptions\":["
    comma=
    for id in $(api GET /v1/subscriptions | jq -r '.items[].id'); do
        echo "$comma{\"id\":\"$id\",\"deliveries\":$(api GET "/v1/subscriptions/$id/deliveries?limit=1000" | jq -c '[.items[]|{id,face_id,outcome}]')}"
        comma=,
    done
    echo "],\"corrections\":$(api GET /v1/models/opiniones.txt/corrections | jq -c .items)"
    echo ",\"answers\":$(api POST /v1/models/opiniones.txt/classify --json '{"texts":["Muy recomendable, todo limpio","Pésimo servicio, un asco"]}' | jq -c '{version,results:[.results[]|{"label":.label,probability}]}')"
    echo ",\"datasets\":$(api GET /v1/datasets | jq -c '[.items[]|{name}]')"
    echo ",\"collection\":$(rekognition ListFaces '{"CollectionId":"crew"}' | jq -c '[.Faces[].FaceId]')"
    echo ",\"gone\":{\"photos\":[\"$GONE\",\"$GONE2\",\"$GONE3\"],\"people\":[\"Zoe\",\"Noa\",\"Bea\",\"Lia\"],\"measured\":\"$M3\"}}"
} > expected.json
kill -9 $SERVER
wait $SERVER 2>/dev/null || true
SERVER=
jq . expected.json > "$OUT.json"
rm data/animo.db-shm # SQLite makes it anew
tar --sort=name --owner=0 --group=0 --numeric-owner -cf - data | gzip -9n > "$OUT.tar.gz"
ls -l "$OUT.tar.gz" "$OUT.json"
