package httpapi

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"animo"
)

// A request of a test has no connection, so whose program asks is not known.
func TestLocal_where_the_system_does_not_tell_who_asks(t *testing.T) {
	l := NewLocal(true)
	page := l.enter(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	open := func(query string) *http.Response {
		w := httptest.NewRecorder()
		page(w, httptest.NewRequest("GET", "http://localhost/"+query, nil))
		return w.Result()
	}
	ask := func(method string, cookies []*http.Cookie, header http.Header) error {
		r := httptest.NewRequest(method, "http://localhost/modelos", nil)
		for name, values := range header {
			r.Header[name] = values
		}
		for _, c := range cookies {
			r.AddCookie(c)
		}
		return l.Check(r)
	}
	if err := ask("GET", nil, nil); animo.CodeOf(err) != animo.Forbidden {
		t.Errorf("without anything: %v, want forbidden", err)
	}
	for _, query := range []string{"", "?token=", "?token=wrong"} {
		if r := open(query); r.StatusCode != http.StatusOK || len(r.Cookies()) > 0 {
			t.Errorf("%q: %d with cookies %v", query, r.StatusCode, r.Cookies())
		}
	}
	entered := open("?token=" + l.token)
	cookies := entered.Cookies()
	if entered.StatusCode != http.StatusSeeOther || entered.Header.Get("Location") != "/" || len(cookies) != 1 ||
		!cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode || strings.Contains(cookies[0].Value, l.token) {
		t.Fatalf("with the token: %d, %v", entered.StatusCode, entered.Header)
	}
	if err := ask("GET", cookies, nil); err != nil {
		t.Errorf("the browser that brought the token: %v", err)
	}
	if err := ask("POST", cookies, http.Header{"Origin": {"http://localhost"}}); err != nil {
		t.Errorf("the page in that browser: %v", err)
	}
	for name, header := range map[string]http.Header{
		"no browser": nil, "another site's page": {"Sec-Fetch-Site": {"cross-site"}}, "a proxy": {"X-Forwarded-For": {"203.0.113.7"}},
	} {
		if err := ask("POST", cookies, header); animo.CodeOf(err) != animo.Forbidden {
			t.Errorf("with the cookie, %s: %v, want forbidden", name, err)
		}
	}
	if r := open("?token=" + l.token); r.StatusCode != http.StatusOK || len(r.Cookies()) > 0 {
		t.Errorf("the token opened a second time: %d with cookies %v", r.StatusCode, r.Cookies())
	}
	if err := NewLocal(false).Check(httptest.NewRequest("GET", "http://localhost/", nil)); animo.CodeOf(err) != animo.Forbidden {
		t.Errorf("a server that others reach: %v, want forbidden", err)
	}
}
