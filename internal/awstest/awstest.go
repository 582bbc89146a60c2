// Package awstest gives tests an emulator of AWS. Begin at Tables, Bus and Objects; Watch looks at every call to it.
package awstest

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"

	"animo/internal/sharedtest"
)

// Endpoint returns the address of the emulator that the environment variable ANIMO_AWS names (http://HOST:PORT). It takes any
// credentials, and there are some afterwards. Without that variable the test is skipped, or fails where ANIMO_REQUIRE_AWS=1.
func Endpoint(t testing.TB) string {
	t.Helper()
	endpoint := sharedtest.Server(t, "AWS", "aws")
	if u, err := url.Parse(endpoint); err != nil || u.Scheme != "http" || u.Host == "" {
		t.Fatalf("ANIMO_AWS is no http://HOST:PORT: %q", endpoint)
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if os.Getenv(name) == "" {
			if err := os.Setenv(name, "any"); err != nil {
				t.Fatal(err)
			}
		}
	}
	return endpoint
}

// Tables returns the address of a new table of DynamoDB for the setting tables. What the test leaves there stays.
func Tables(t testing.TB) string { t.Helper(); return At("dynamodb:", Endpoint(t)) }

// Bus returns the address of a new topic and new queues for the setting bus. What the test leaves there stays.
func Bus(t testing.TB) string { t.Helper(); return At("aws:", Endpoint(t)) }

// Objects makes a bucket, and returns its address for the setting objects. What the test leaves there stays.
func Objects(t testing.TB) string {
	t.Helper()
	endpoint := Endpoint(t)
	address := At("s3://", endpoint)
	bucket, _, _ := strings.Cut(strings.TrimPrefix(address, "s3://"), "?")
	// eu-west-1 is where the signature says; the emulator looks at nothing else of it.
	body := `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, endpoint+"/"+bucket, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=any/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=any")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer res.Body.Close()
	if said, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK {
		t.Fatalf("a bucket cannot be made: %s %s", res.Status, said)
	}
	return address
}

// At returns the address SCHEME + a new name, at an endpoint.
func At(scheme, endpoint string) string {
	return scheme + "t" + strings.ToLower(rand.Text()) + "?region=eu-west-1&endpoint=" + url.QueryEscape(endpoint)
}

// Watch opens a way to the emulator until the end of the test, and returns its address. Each call goes to seen first, as
// SERVICE:Operation, such as dynamodb:Query; where that returns true, it has answered, else the emulator answers.
func Watch(t testing.TB, seen func(w http.ResponseWriter, r *http.Request, call string) bool) (endpoint string) {
	t.Helper()
	to, err := url.Parse(Endpoint(t))
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host }, Transport: transport,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }, // whoever called went away
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !seen(w, r, call(r)) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close(); transport.CloseIdleConnections() })
	return server.URL
}

// call names what a request asks for; "s3:" and the method for one to S3, which has no names in its requests.
func call(r *http.Request) string {
	target := r.Header.Get("X-Amz-Target")
	version, operation, ok := strings.Cut(target, ".")
	switch {
	case ok && strings.HasPrefix(version, "DynamoDB"):
		return "dynamodb:" + operation
	case ok:
		return "sqs:" + operation
	case !strings.Contains(r.Header.Get("Authorization"), "/sns/"):
		return "s3:" + r.Method
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "sns:"
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	form, _ := url.ParseQuery(string(body))
	return "sns:" + form.Get("Action")
}
