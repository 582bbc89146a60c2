"""What scikit-learn takes for ten folds and a fit on all rows of a file of opinions (text, tab, 1 or 0).

    python3 bench/peer.py mlp|nb|logreg FILE
"""
import sys

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_score
from sklearn.naive_bayes import MultinomialNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline

MODELS = {
    "mlp": lambda: MLPClassifier((15, 50, 20, 50, 40, 40, 20), batch_size=200, max_iter=30, random_state=0),
    "nb": lambda: MultinomialNB(),
    "logreg": lambda: LogisticRegression(max_iter=1000),
}

name, path = sys.argv[1:]
with open(path, encoding="utf-8", newline="") as f:
    rows = [line.rstrip("\r\n").rsplit("\t", 1) for line in f if line.strip()]
texts, labels = [r[0] for r in rows], [int(r[1]) for r in rows]
model = make_pipeline(CountVectorizer(ngram_range=(1, 2), binary=name == "nb"), MODELS[name]())
scores = cross_val_score(model, texts, labels, cv=KFold(10, shuffle=True, random_state=0))
model.fit(texts, labels)
print(f"{name}: accuracy {scores.mean():.4f}")
