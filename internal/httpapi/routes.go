package httpapi

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"animo"
)

// routes are all that the server answers, but for the files of the page (see page.go): at which method and path, to
// whom, as which kind of request, under which name in /metrics, and by whom. A group is a chapter of the API's
// description, in this order; the last group is not described.
func routes() []group {
	return []group{
		{"Photos", []row{
			{"POST", "/v1/photos", keyed, upload, "/v1/photos", (*server).uploadPhotos},
			{"PUT", "/v1/photos/{photo}", keyed, upload, "/v1/photos", (*server).uploadPhoto},
			{"GET", "/v1/photos", keyed, ordinary, "/v1/photos", (*server).listPhotos},
			{"GET", "/v1/photos/{photo}", keyed, waiting, "/v1/photos", (*server).getPhoto},
			{"GET", "/v1/photos/{photo}/image", keyed, download, "/v1/photos", (*server).getImage},
			{"DELETE", "/v1/photos/{photo}", keyed, ordinary, "/v1/photos", (*server).erasePhoto},
			{"POST", "/v1/photos:reanalyse", keyed, ordinary, "/v1/photos", (*server).reanalysePhotos},
			{"GET", "/v1/receipts", keyed, ordinary, "/v1/receipts", (*server).listReceipts},
		}},
		{"People", []row{
			{"POST", "/v1/people/{name}/photos", keyed, upload, "/v1/people", (*server).introducePerson},
			{"GET", "/v1/people", keyed, ordinary, "/v1/people", (*server).listPeople},
			{"GET", "/v1/people/{name}", keyed, ordinary, "/v1/people", (*server).getPerson},
			{"PATCH", "/v1/people/{name}", keyed, ordinary, "/v1/people", (*server).renamePerson},
			{"POST", "/v1/people/{name}/merge", keyed, ordinary, "/v1/people", (*server).mergePerson},
			{"DELETE", "/v1/people/{name}", keyed, ordinary, "/v1/people", (*server).erasePerson},
			{"GET", "/v1/people/{name}/thumbnail", keyed, ordinary, "/v1/people", (*server).getPersonThumbnail},
			{"GET", "/v1/people/{name}/examples/{example}", keyed, ordinary, "/v1/people", (*server).getPersonExample},
			{"DELETE", "/v1/people/{name}/examples/{example}", keyed, ordinary, "/v1/people", (*server).removeExample},
			{"POST", "/v1/faces/{face}/person", keyed, ordinary, "/v1/faces", (*server).nameFace},
			{"PUT", "/v1/faces/{face}/correction", keyed, ordinary, "/v1/faces", (*server).correctFace},
			{"DELETE", "/v1/faces/{face}/correction", keyed, ordinary, "/v1/faces", (*server).uncorrectFace},
		}},
		{"Moods", []row{
			{"GET", "/v1/moods", keyed, ordinary, "/v1/moods", (*server).listMoods},
			{"GET", "/v1/moods/summary", keyed, ordinary, "/v1/moods", (*server).summariseMoods},
			{"GET", "/v1/moods/accuracy", keyed, ordinary, "/v1/moods", (*server).getAccuracy},
			{"PUT", "/v1/moods/accuracy/layer", keyed, ordinary, "/v1/moods", (*server).useLayer},
			{"GET", "/v1/moods/export", keyed, download, "/v1/moods", (*server).exportMoods},
			{"POST", "/v1/moods", keyed, manyFaces, "/v1/moods", (*server).measureMoods},
			{"DELETE", "/v1/moods/{face}", keyed, ordinary, "/v1/moods", (*server).eraseMood},
			{"GET", "/v1/stream", keyed, stream, "/v1/stream", (*server).streamMoods},
		}},
		{"Subscriptions", []row{
			{"POST", "/v1/subscriptions", keyed, ordinary, "/v1/subscriptions", (*server).addSubscription},
			{"GET", "/v1/subscriptions", keyed, ordinary, "/v1/subscriptions", (*server).listSubscriptions},
			{"GET", "/v1/subscriptions/{subscription}", keyed, ordinary, "/v1/subscriptions", (*server).getSubscription},
			{"DELETE", "/v1/subscriptions/{subscription}", keyed, ordinary, "/v1/subscriptions", (*server).removeSubscription},
			{"POST", "/v1/subscriptions/{subscription}/rotate", keyed, ordinary, "/v1/subscriptions", (*server).rotateSubscription},
			{"POST", "/v1/subscriptions/{subscription}/resume", keyed, ordinary, "/v1/subscriptions", (*server).resumeSubscription},
			{"POST", "/v1/subscriptions/{subscription}/test", keyed, ordinary, "/v1/subscriptions", (*server).testSubscription},
			{"GET", "/v1/subscriptions/{subscription}/deliveries", keyed, ordinary, "/v1/subscriptions", (*server).listDeliveries},
			{"POST", "/v1/subscriptions/{subscription}/deliveries/{delivery}/replay", keyed, ordinary, "/v1/subscriptions", (*server).replayDelivery},
			{"POST", "/v1/subscriptions/{subscription}/replay", keyed, ordinary, "/v1/subscriptions", (*server).replayDeliveries},
		}},
		{"Opinion report", []row{
			{"GET", "/modelos", keyed, ordinary, "/modelos", (*server).modelos},
			{"POST", "/senti", keyed, ordinary, "/senti", (*server).senti},
		}},
		{"Training", []row{
			{"PUT", "/v1/training/{name}", keyed, upload, "/v1/training", (*server).uploadTrainingFile},
			{"GET", "/v1/training/{name}", keyed, waiting, "/v1/training", (*server).getTraining},
			{"GET", "/v1/training", keyed, ordinary, "/v1/training", (*server).listTrainings},
		}},
		{"Datasets", []row{
			{"GET", "/v1/datasets", keyed, ordinary, "/v1/datasets", (*server).listDatasets},
			{"GET", "/v1/datasets/{name}", keyed, ordinary, "/v1/datasets", (*server).getDataset},
			{"GET", "/v1/datasets/{name}/rows", keyed, ordinary, "/v1/datasets", (*server).listRows},
			{"DELETE", "/v1/datasets/{name}", keyed, ordinary, "/v1/datasets", (*server).deleteDataset},
		}},
		{"Models", []row{
			{"POST", "/v1/models", keyed, ordinary, "/v1/models", (*server).trainModel},
			{"GET", "/v1/models", keyed, ordinary, "/v1/models", (*server).listModels},
			{"GET", "/v1/models/{id}", keyed, ordinary, "/v1/models", (*server).getModel},
			{"GET", "/v1/models/{id}/life", keyed, ordinary, "/v1/models", (*server).modelLife},
			{"GET", "/v1/models/{id}/versions/{version}", keyed, ordinary, "/v1/models", (*server).getModelVersion},
			{"GET", "/v1/models/{id}/versions/{version}/file", keyed, download, "/v1/models", (*server).downloadVersion},
			{"GET", "/v1/models/{id}/file", keyed, download, "/v1/models", (*server).downloadModel},
			{"PUT", "/v1/models/{id}/file", keyed, upload, "/v1/models", (*server).uploadModel},
			{"POST", "/v1/models/{id}/datasets", keyed, ordinary, "/v1/models", (*server).addDatasets},
			{"PUT", "/v1/models/{id}/datasets/{name}", keyed, upload, "/v1/models", (*server).addFile},
			{"DELETE", "/v1/models/{id}/datasets/{name}", keyed, ordinary, "/v1/models", (*server).removeDataset},
			{"PUT", "/v1/models/{id}/current", keyed, ordinary, "/v1/models", (*server).serveVersion},
			{"PUT", "/v1/models/{id}/policy", keyed, ordinary, "/v1/models", (*server).setPolicy},
			{"PUT", "/v1/models/{id}/schedule", keyed, ordinary, "/v1/models", (*server).setSchedule},
			{"PUT", "/v1/models/{id}/experiment", keyed, ordinary, "/v1/models", (*server).startExperiment},
			{"GET", "/v1/models/{id}/experiment", keyed, ordinary, "/v1/models", (*server).getExperiment},
			{"DELETE", "/v1/models/{id}/experiment", keyed, ordinary, "/v1/models", (*server).endExperiment},
			{"PUT", "/v1/models/{id}/aliases/{alias}", keyed, ordinary, "/v1/models", (*server).setAlias},
			{"DELETE", "/v1/models/{id}/aliases/{alias}", keyed, ordinary, "/v1/models", (*server).removeAlias},
			{"DELETE", "/v1/models/{id}", keyed, ordinary, "/v1/models", (*server).deleteModel},
			{"POST", "/v1/models/{id}/corrections", keyed, ordinary, "/v1/models", (*server).correctModel},
			{"POST", "/v1/models/{id}/corrections/batch", keyed, ordinary, "/v1/models", (*server).correctModelOften},
			{"PUT", "/v1/models/{id}/corrections", keyed, upload, "/v1/models", (*server).correctModelFrom},
			{"GET", "/v1/models/{id}/versions/{version}/misjudged", keyed, ordinary, "/v1/models", (*server).listMisjudged},
			{"GET", "/v1/models/{id}/versions/{version}/compared/{other}", keyed, ordinary, "/v1/models", (*server).compareVersions},
			{"GET", "/v1/models/{id}/corrections", keyed, ordinary, "/v1/models", (*server).listCorrections},
			{"DELETE", "/v1/models/{id}/corrections/{correction}", keyed, ordinary, "/v1/models", (*server).deleteCorrection},
		}},
		{"Classify", []row{
			{"POST", "/v1/models/{id}/classify", keyed, ordinary, "/v1/models", (*server).classify},
			{"POST", "/invocations", keyed, ordinary, "/invocations", (*server).invoke},
			{"POST", "/v1/models/{id}/invocations", keyed, ordinary, "/v1/models", (*server).invokeModel},
			{"GET", "/v2/models/{id}", keyed, ordinary, "/v2", (*server).inferenceModel},
			{"GET", "/v2/models/{id}/ready", keyed, ordinary, "/v2", (*server).inferenceReady},
			{"POST", "/v2/models/{id}/infer", keyed, ordinary, "/v2", (*server).infer},
			{"POST", "/v1/models/{id}/batches", keyed, upload, "/v1/models", (*server).addBatch},
			{"GET", "/v1/models/{id}/batches", keyed, ordinary, "/v1/models", (*server).listBatches},
			{"GET", "/v1/models/{id}/batches/{batch}", keyed, waiting, "/v1/models", (*server).getBatch},
			{"GET", "/v1/models/{id}/batches/{batch}/result", keyed, download, "/v1/models", (*server).getBatchResult},
			{"GET", "/v1/models/{id}/batches/{batch}/aspects", keyed, ordinary, "/v1/models", (*server).getBatchAspects},
			{"DELETE", "/v1/models/{id}/batches/{batch}", keyed, ordinary, "/v1/models", (*server).deleteBatch},
		}},
		{"Queues", []row{
			{"GET", "/v1/queues", keyed, ordinary, "/v1/queues", (*server).listQueues},
			{"GET", "/v1/queues/{queue}/dead", keyed, ordinary, "/v1/queues", (*server).listDeadLetters},
			{"GET", "/v1/queues/{queue}/dead/{id}", keyed, ordinary, "/v1/queues", (*server).getDeadLetter},
			{"POST", "/v1/queues/{queue}/dead/{id}/redrive", keyed, ordinary, "/v1/queues", (*server).redriveDeadLetter},
			{"POST", "/v1/queues/{queue}/dead/redrive", keyed, ordinary, "/v1/queues", (*server).redriveDeadLetters},
			{"DELETE", "/v1/queues/{queue}/dead/{id}", keyed, ordinary, "/v1/queues", (*server).dropDeadLetter},
			{"DELETE", "/v1/queues/{queue}/dead", keyed, ordinary, "/v1/queues", (*server).dropDeadLetters},
			{"GET", "/v1/functions", keyed, ordinary, "/v1/functions", (*server).listFunctions},
		}},
		{"Session", []row{
			{"GET", "/v1/session", visitors, ordinary, "/v1/session", (*server).getSession},
			{"POST", "/v1/session", visitors, ordinary, "/v1/session", (*server).openSession},
			{"DELETE", "/v1/session", visitors, ordinary, "/v1/session", (*server).closeSession},
		}},
		{"Administration", []row{
			{"GET", "/v1/tenants", administrators, ordinary, "/v1/tenants", (*server).listTenants},
			{"POST", "/v1/tenants", administrators, ordinary, "/v1/tenants", (*server).addTenant},
			{"PATCH", "/v1/tenants/{tenant}", administrators, ordinary, "/v1/tenants", (*server).changeTenant},
			{"DELETE", "/v1/tenants/{tenant}", administrators, ordinary, "/v1/tenants", (*server).removeTenant},
			{"GET", "/v1/tenants/{tenant}/keys", administrators, ordinary, "/v1/tenants", (*server).listKeys},
			{"POST", "/v1/tenants/{tenant}/keys", administrators, ordinary, "/v1/tenants", (*server).addKey},
			{"DELETE", "/v1/tenants/{tenant}/keys/{id}", administrators, ordinary, "/v1/tenants", (*server).revokeKey},
		}},
		{"", []row{
			{"GET", "/livez", public, ordinary, "/livez", plain((*server).livez)},
			{"GET", "/readyz", public, ordinary, "/readyz", plain((*server).readyz)},
			{"GET", "/v2", public, ordinary, "/v2", plain((*server).inferenceServer)},
			{"GET", "/v2/health/live", public, ordinary, "/v2", plain((*server).inferenceLive)},
			{"GET", "/v2/health/ready", public, ordinary, "/v2", plain((*server).inferenceServerReady)},
			{"GET", "/metrics", proved, ordinary, "/metrics", plain((*server).metrics)},
			{"GET", "/docs", public, ordinary, "/docs", plain((*server).docs)},
			{"GET", "/openapi.json", public, ordinary, "/openapi.json", byHuma},
			{"GET", "/openapi.yaml", public, ordinary, "/openapi.json", byHuma},
			{"GET", "/openapi-3.0.json", public, ordinary, "/openapi.json", byHuma},
			{"GET", "/openapi-3.0.yaml", public, ordinary, "/openapi.json", byHuma},
			{"GET", "/unsubscribe/{token}", proved, ordinary, "/unsubscribe", plain((*server).unsubscribe)},
			{"POST", "/unsubscribe/{token}", proved, ordinary, "/unsubscribe", plain((*server).unsubscribe)},
			{"POST", "/{$}", proved, ordinary, "/", plain((*server).aws)},
			{"", "/assets/", public, download, "/assets", plain((*server).noFile)},
			{"", "/models/", public, download, "/models", plain((*server).noFile)},
		}},
	}
}

// group is a chapter of the API's description; without a name, what is not described.
type group struct {
	name string
	rows []row
}

// row says what the server answers at a method and a path.
type row struct {
	method string // "" for those that no other row of the path has
	path   string // as http.ServeMux and the API's description write it
	access access
	kind   kind
	metric string // what /metrics calls it, with all that may be called so: no label may have what a client made up
	serve  func(*server, route)
}

// route is a row with its group's name.
type route struct {
	row
	group string
}

// pattern is the route's in http.ServeMux.
func (r route) pattern() string { return strings.TrimSpace(r.method + " " + r.path) }

// access says who may use a route.
type access int

const (
	public         access = iota // everybody, and nobody is asked for a key
	proved                       // who proves to the handler that they may: by a token in the link, the metrics token, AWS's signature
	visitors                     // everybody; the handler is told whose key was sent, if any
	keyed                        // who sends a key; this machine, while no key exists
	administrators               // who sends an administrator's key; this machine, while no key exists
)

// kind says what a request costs: how long it may take, how large its body may be, and among which others it is counted.
type kind int

const (
	ordinary  kind = iota
	manyFaces      // ordinary, with a body of many faces
	waiting        // ordinary; with ?wait= it waits for the end of a training or an analysis
	upload         // its body may be large: it is streamed, never held
	download       // its answer may be large: it goes on for as long as the client takes it
	stream         // its answer has no end
)

// plain serves a route by a handler that the API's description does not have.
func plain(handle func(*server, http.ResponseWriter, *http.Request)) func(*server, route) {
	return func(s *server, r route) {
		s.mux.HandleFunc(r.pattern(), func(w http.ResponseWriter, req *http.Request) { handle(s, w, req) })
	}
}

// byHuma stands in the rows that huma serves by itself: the API's description.
func byHuma(*server, route) {}

// register serves a route by an operation of the API's description, whose handler may answer any error.
func register[I, O any](s *server, r route, op huma.Operation, handle func(context.Context, *I) (*O, error)) {
	op.Method, op.Path, op.Tags = r.method, r.path, []string{r.group}
	if r.access == visitors {
		op.Security = []map[string][]string{{}} // no key is needed
	}
	op.MaxBodyBytes, op.BodyReadTimeout = -1, -1 // readBody has seen to both
	op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable)
	if op.Method == http.MethodPut || op.Method == http.MethodPost || op.Method == http.MethodPatch {
		op.Errors = append(op.Errors, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	slices.Sort(op.Errors)
	op.Errors = slices.Compact(op.Errors)
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		if r.access == administrators && !callerOf(ctx).administrator {
			return nil, problem(ctx, s.Log, animo.Errorf(animo.Forbidden, "this is an administrator's to do; use an administrator's key (animo keys add --admin)",
				"esto es cosa de un administrador; use una clave de administrador (animo keys add --admin)"))
		}
		out, err := handle(ctx, in)
		if err != nil {
			return nil, problem(ctx, s.Log, err)
		}
		if r.access == administrators && r.method != http.MethodGet {
			s.Log.InfoContext(ctx, "administered", "operation", op.OperationID, "as", tenantOf(ctx))
		}
		return out, nil
	})
}

// add serves a route.
func (s *server) add(r route) {
	s.routes[r.pattern()] = &r
	s.metricNames[r.metric] = true
	r.serve(s, r)
}

// refuseOtherMethods answers other methods than those of the routes that need no key with a problem, to everybody. At the paths of all
// other routes, unrouted does that once it is known who asks.
func (s *server) refuseOtherMethods() {
	allowed := map[string][]string{}
	metrics := map[string]string{}
	for _, r := range s.routes {
		if r.method != "" && r.access < keyed {
			allowed[r.path] = append(allowed[r.path], r.method)
			metrics[r.path] = r.metric
			if r.method == http.MethodGet {
				allowed[r.path] = append(allowed[r.path], http.MethodHead)
			}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(allowed)) {
		slices.Sort(allowed[path])
		methods := strings.Join(allowed[path], ", ")
		s.add(route{row: row{"", path, public, ordinary, metrics[path], plain(func(s *server, w http.ResponseWriter, r *http.Request) { s.wrongMethod(w, r, methods) })}})
	}
}

// find notes which route a request is for, and the language that the client prefers of the two that Animo speaks.
func (s *server) find(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := s.mux.Handler(r)
		c := caller{lang: preferredLanguage(r.Header.Get("Accept-Language")), route: s.routes[pattern]}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
	})
}

// admit lets a request to its handler as the access of its route says. Somebody without a key does not learn
// which paths there are.
func (s *server) admit() http.Handler {
	handler := s.once(s.readBody(s.mux))
	forVisitors := http.MaxBytesHandler(s.welcome(handler), sessionBody)
	forKeyed := s.authenticate(s.limitInFlight(s.unrouted(handler)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next := forKeyed
		if route := callerOf(r.Context()).route; route != nil {
			switch route.access {
			case public, proved:
				next = s.mux
			case visitors:
				next = forVisitors
			}
		}
		next.ServeHTTP(w, r)
	})
}

// kindOf is the kind of a request. One for nothing that there is, or for the headers of an answer only, is ordinary.
func kindOf(r *http.Request) kind {
	route := callerOf(r.Context()).route
	if route == nil || r.Method == http.MethodHead {
		return ordinary
	}
	return route.kind
}

// metricOf is what /metrics calls a request: as its route says or, where there is no route, as the routes whose paths begin
// alike are called.
func (s *server) metricOf(r *http.Request) string {
	if route := callerOf(r.Context()).route; route != nil {
		return route.metric
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	second, _, _ := strings.Cut(rest, "/")
	second, _, _ = strings.Cut(second, ":") // /v1/photos:reanalyse
	for _, name := range []string{"/" + first, "/" + first + "/" + second} {
		if s.metricNames[name] {
			return name
		}
	}
	return "other"
}

// takesUploads reports whether a name after this path makes it that of an upload.
func (s *server) takesUploads(path string) bool {
	for _, r := range s.routes {
		parent, _, named := strings.Cut(r.path, "/{")
		if named && r.method == http.MethodPut && r.kind == upload && parent == path {
			return true
		}
	}
	return false
}
