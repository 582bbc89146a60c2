package labelled

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The names of columns and keys that are known, as fold writes them, the best first: where several columns
// of a file have a known name, the one that stands first here is taken.
var (
	textNames = strings.Fields(`text texto opinion review resena reviewtext reviewbody textoresena textodelaresena textoopinion textodelaopinion
		cuerporesena cuerpodelaresena reviewcontent reviewes reviewcomment reviewcomments comentario comentarios comentariocliente comentariodelcliente
		comentarioshuesped comentariodelhuesped comment comments opiniones resenas reviews opinioncliente opiniondelcliente textocomentario textodelcomentario
		opinontexto opiniontexto textcontent fulltext cleantext commenttext feedback customerfeedback retroalimentacion avaliacaotexto textoavaliacao
		reviewcommentmessage mensagem comentarioavaliacao resenha comentariodocliente critica criticas valoraciontexto snippet
		tweet tuit tweettext tuits tweets fulltweet post content contenido conteudo mensaje message sentence sentencia frase oracion
		sentencetext document documento doc body cuerpo corpo texte avis data.text input verbatim observacion observaciones sugerencia sugerencias
		extracto caption descripcion description data`)
	labelNames = strings.Fields(`label etiqueta sentimiento sentiment polaridad polarity clase class labels etiquetas sentimento polaridade classe rotulo
		sentimentlabel labeltext sentimentlabels labelsentiment etiquetasentimiento sentimientos sentiments valencia valence goldlabel gold goldsentiment target
		overallsentiment airlinesentiment sentimentpolarity sentimentclass reviewsentiment tono tone choices sentimentchoices label1 annotation anotacion
		recomendado recomienda recomenda recomendada recomendaria recomiendo recomendacion recommended recommend isrecommended recommendation recommends
		lorecomienda lorecomendaria lorecomienda wouldrecommend recommendedind recomendaria recomendado recomendo
		liked voto vote thumbs thumb meGusta voted votedup veredicto verdict resultado categoriasentimiento positive positivo ispositive espositivo y categoria`)
	starNames = strings.Fields(`stars estrellas star estrella starrating rating puntuacion puntaje calificacion valoracion score nota reviewrating overall
		ratings reviewstars reviewscore reviewerscore overallrating reviewoverall puntos puntuaciontotal puntuacionglobal calificaciongeneral
		valoraciongeneral valoracionglobal estrelas avaliacao pontuacao classificacao notas ratingvalue userrating customerrating ratingscore
		numestrellas numerodeestrellas numerodeestrelas notafinal notamedia note bewertung sterne grade satisfaccion satisfaction evaluacion
		starsrating numstars rate rated ratingstars bubble bubblerating rank review.rating`)
	titleNames = strings.Fields(`title titulo reviewtitle titulodelaresena tituloresena tituloopinion titulodelaopinion titulocomentario reviewtitles headline
		reviewheadline asunto subject summary resumen encabezado titular reviewsummary commenttitle reviewcommenttitle titulodaavaliacao tituloavaliacao`)
	likedNames = strings.Fields(`liked likes positivereview positivereviews positivecomment positivecomments pros pro lomejor lobueno megusto loquemasgusto loquegusto
		aspectospositivos puntospositivos puntosfuertes afavor comentariopositivo comentariospositivos opinionpositiva textopositivo likedtext reviewpositive
		reviewpos pontospositivos comentariopositivo oquegostou positiveaspects positivetext advantages ventajas whatwasgood positivo positive positives positivos
		gusto positivopositivos loqueligusto reviewliked likedmost loquemegusto`)
	dislikedNames = strings.Fields(`disliked dislikes negativereview negativereviews negativecomment negativecomments cons contras contra lopeor lomalo nomegusto loquemenosgusto
		loquenogusto aspectosnegativos puntosnegativos puntosdebiles encontra comentarionegativo comentariosnegativos opinionnegativa textonegativo dislikedtext
		reviewnegative reviewneg pontosnegativos oquenaogostou negativeaspects negativetext disadvantages desventajas whatwasbad negativo negative negatives negativos
		nogusto reviewdisliked dislikedmost loquenomegusto`)
)

// Columns with one of these words in their names are about something else, or another's words.
var otherWords = setOf(`id ids date fecha data hora time timestamp count num numero total lang language idioma lingua url link href author autor user usuario
	name nombre nome answer reply response respuesta resposta owner propietario source fuente type tipo product producto produto helpful useful
	votes likes dislikes photo image images foto country pais city ciudad version translated traduccion traducido average promedio avg confidence confianza reason gold length resposta proprietario respondido`)

// repliers are the words of names of what the owner of a place answered, which is never the text.
var repliers = setOf("owner answer reply response respuesta resposta propietario proprietario contestacion")

// ranked maps each known name to its place in its list.
func ranked(names []string) map[string]int {
	m := map[string]int{}
	for i, name := range names {
		name = strings.ToLower(name)
		if _, ok := m[name]; !ok {
			m[name] = i
		}
	}
	return m
}

var (
	textRank     = ranked(textNames)
	labelRank    = ranked(labelNames)
	starRank     = ranked(starNames)
	titleRank    = ranked(titleNames)
	likedRank    = ranked(likedNames)
	dislikedRank = ranked(dislikedNames)
)

// loose is the rank of a name that is known by one of its words only.
const loose = 1000

// longestName is how many bytes the name of a column has at most.
const longestName = 100

// rank returns the place of a column's name in a list, the lower the better.
func rank(m map[string]int, name string) (int, bool) {
	if len(name) > longestName {
		return 0, false
	}
	if r, ok := m[fold(name)]; ok {
		return r, true
	}
	words := nameWords(name)
	if len(words) < 2 {
		return 0, false
	}
	if slices.ContainsFunc(words, func(w string) bool { return repliers[w] }) {
		return 0, false
	}
	if r, ok := m[words[len(words)-1]]; ok && strings.Contains(name, ".") { // the last part of a path
		return r, true
	}
	best, found := 0, false
	for _, w := range words {
		if otherWords[w] {
			return 0, false
		}
		if r, ok := m[w]; ok && len(w) > 2 && (!found || r < best) {
			best, found = r, true
		}
	}
	return loose + best, found
}

// nameWords cuts a name into its words: review_text and reviewText have two.
func nameWords(name string) []string {
	var spaced strings.Builder
	lower := false
	for _, r := range name {
		if unicode.IsUpper(r) && lower {
			spaced.WriteByte(' ')
		}
		lower = unicode.IsLower(r)
		spaced.WriteRune(r)
	}
	list := strings.FieldsFunc(spaced.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) })
	for i, w := range list {
		list[i] = fold(w)
	}
	return list
}

// fold writes a name in lower case, with letters and digits only and without accents.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		switch r = unicode.ToLower(r); {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.':
			return r
		}
		return -1
	}, norm.NFD.String(name))
}

// foldWord writes a label in lower case without accents, with single spaces, and without signs at its ends.
func foldWord(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == '-' || r == '\u00a0':
			return ' '
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
	return strings.Join(strings.Fields(strings.Trim(s, ` .,;:!¡"'()[]`+"\ufe0f")), " ")
}

func setOf(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// words are the labels that are words, as foldWord writes them. "muy" and its like before them change nothing.
var words = func() map[string]verdict {
	m := map[string]verdict{}
	for v, list := range map[verdict]string{
		positive: `positivo,positiva,positive,pos,p,p+,positivos,positivas,positives,bueno,buena,buen,bien,good,great,excelente,excellent,favorable,a favor,
			satisfecho,satisfecha,satisfied,feliz,happy,contento,contenta,bom,boa,bem,otimo,otima,muito bom,maravilloso,perfecto,genial,
			si,sim,yes,y,s,true,verdadero,verdadeiro,t,v,recomendado,recomendada,recomienda,recomendaria,recommended,recommend,like,liked,me gusta,me gusto,gosto,
			thumbs up,thumb up,thumbs_up,up,upvote,promotor,promoter,👍,😀,😃,😄,😊,🙂,😍,fresh,strong pos,fuertemente positivo,extremely positive,strongly positive,somewhat positive,algo positivo,bastante bueno,
			lo recomiendo,lo recomendaria,+,+1,satisfactorio,muy positivo,very positive,positif,positiv,positivamente,muy satisfecho,aprobado`,
		negative: `negativo,negativa,negative,neg,n,n+,negativos,negativas,negatives,malo,mala,mal,bad,poor,terrible,horrible,awful,pesimo,pesima,deficiente,
			desfavorable,en contra,insatisfecho,insatisfecha,unsatisfied,dissatisfied,triste,sad,unhappy,enojado,ruim,mau,ma,pessimo,pessima,muito ruim,decepcionante,
			no,nao,false,falso,f,no recomendado,no recomendada,no recomienda,no lo recomienda,no recomendaria,not recommended,dislike,disliked,no me gusta,no me gusto,nao gosto,
			thumbs down,thumb down,thumbs_down,down,downvote,detractor,👎,😡,😠,🙁,☹,😞,😢,rotten,strong neg,fuertemente negativo,extremely negative,strongly negative,somewhat negative,algo negativo,bastante malo,
			no lo recomiendo,no lo recomendaria,not recommend,do not recommend,insatisfactorio,muy negativo,very negative,negatif,negativ,muy insatisfecho,reprobado`,
		neutral: `neutro,neutra,neutral,neutrals,neu,none,neutros,mixto,mixta,mixed,misto,regular,normal,average,medio,ni bueno ni malo,neither,pasivo,passive,
			passivo,ambivalente,indiferente,😐,aceptable,ok,okay,razoavel,conflict,neut,neutre,p/n,both,ambos`,
	} {
		for w := range strings.SplitSeq(list, ",") {
			m[foldWord(w)] = v
			m[strings.TrimSpace(w)] = v // signs at its ends are part of it
		}
	}
	delete(m, "")
	return m
}()
