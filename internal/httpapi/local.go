package httpapi

import (
	"net"
	"net/http"
	"strings"

	"animo"
)

// checkLocal answers Forbidden to a request that may come from elsewhere although it reached this machine's
// own address: under another name, because a page of another site may have made its own name point here, or
// through a reverse proxy on this machine; or under its own, asked for by a page of another site.
func checkLocal(r *http.Request) error {
	if !loopbackHost(r.Host) {
		return animo.Errorf(animo.Forbidden, "without a key, ask for localhost or 127.0.0.1, not for %q", "sin clave, pregunte a localhost o 127.0.0.1, no a %q", animo.Clip(r.Host))
	}
	if fromOtherSite(r) {
		return errOtherSite()
	}
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip"} {
		if r.Header.Get(name) != "" {
			return animo.Errorf(animo.Forbidden, "this request came through a proxy (header %s), so anybody could have sent it; make a key first: animo keys add",
				"esta petición llegó por un proxy (cabecera %s), así que pudo enviarla cualquiera; cree antes una clave: animo keys add", name)
		}
	}
	return nil
}

// fromOtherSite reports whether a browser says that a page of another site, or of another port here, asks
// (Fetch Metadata Request Headers, W3C). It would not let the page read the answer, but the request has its cost.
// That somebody follows a link is no such case. What is no browser says nothing.
func fromOtherSite(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "cross-site", "same-site":
		return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
	}
	return false
}

// errOtherSite is answered to pages of other sites.
func errOtherSite() error {
	return animo.Errorf(animo.Forbidden, "a page of another site may not do this", "una página de otro sitio no puede hacer esto")
}

func loopbackHost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
