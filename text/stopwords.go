package text

import "strings"

// stopWords are the words that say nothing by themselves, by language, a key of grammars, and the negations among them.
var stopWords = map[string]map[string]termKind{
	"": stopsOf(`a al algo algún alguna algunas alguno algunos ahí allá allí ante antes aquel aquella aquellos aquí así aun aún aunque bajo bastante bien cada casi
		como cómo con contra cosa cosas cual cuál cuales cuando cuándo cuanto da dan dar de debe deben del demás demasiado desde después día días donde dónde
		dos durante él el ella ellas ellos embargo en entonces entre era eran eras eres es esa esas ese eso esos esta está estaba estaban estado están estamos
		estar estas este esto estos estoy estuve estuvo estuvimos fue fueron fui fuimos gran ha haber había habían hace hacen hacer hacia han has hasta hay he hecho hemos
		hizo hoy iba ir la las le les lo los luego mas más me mejor menos mi mientras mis misma mismas mismo mismos mucha muchas mucho muchos muy nos nosotros
		nuestra nuestro nuestras nuestros o os otra otras otro otros para parece parte pero poco poca pocos pocas por porque pues puede pueden puedes que qué quien
		quién quienes realmente se sea según ser será si sí sido siempre siendo sin sino sobre sois solo sólo somos son soy su sus tal también tan tanta tanto te
		tenemos tener tengo tenía tenían ti tiempo tiene tienen tienes toda todas todavía todo todos tras tu tú tuvo tuve tuvimos tus un una unas uno unos usted va vamos van varias varios
		ver vez veces voy y ya yo dentro fuera además además decir dice dijo cualquier cualquiera pasar parecía queda quedar sitio lugar hotel restaurante tres cuatro cinco`,
		`no ni nunca sin jamás tampoco nada ningún ninguna`),
	"en": stopsOf(`a about after again all also am an and any are as at be because been before being both but by can could did do does doing down during each even ever
		for from further get got had has have having he her here hers him his how i if in into is it its just like ll made make many me more most much my of off on
		once one only or other our out over own place really s said same she should so some such than that the their them then there these they this those through
		to too two under until up us ve very was we went were what when where which while who will with would you your hotel restaurant also re m d`,
		`no not never without t dont didnt`),
	"pt": stopsOf(`a à ao aos as às até cada com como da das de dela dele deles depois do dos e é ela elas ele eles em entre era eram essa essas esse esses esta está
		estão estar estava estavam este estes eu foi fomos for foram há isso isto já lá lhe mais mas me mesmo meu meus minha muita muitas muito muitos na nas no nos nós nossa
		nosso num numa o os ou para pela pelas pelo pelos por porque pra que quando quem se seja sem ser será seu seus só sua suas também tão te tem têm tendo tenho ter teu tinha tinham
		tivemos tu tudo um uma umas uns você vocês vou hotel restaurante lugar local aqui bem ainda onde`,
		`não nem nunca sem nada nenhum nenhuma jamais`),
}

func stopsOf(words, negations string) map[string]termKind {
	m := map[string]termKind{}
	for w := range strings.FieldsSeq(words) {
		m[w] = stopTerm
	}
	for w := range strings.FieldsSeq(negations) {
		m[w] = notTerm
	}
	return m
}
