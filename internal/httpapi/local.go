package httpapi

import (
	"net"
	"net/http"
	"strings"

	"animo"
)

// checkLocal answers Forbidden to a request that may come from elsewhere although it reached this machine's
// own address: under another name, since a page of another site may have made its own name point here, or
// through a reverse proxy on this machine.
func checkLocal(r *http.Request) error {
	if !loopbackHost(r.Host) {
		return animo.Errorf(animo.Forbidden, "without a key, ask for localhost or 127.0.0.1, not for %q", "sin clave, pregunte a localhost o 127.0.0.1, no a %q", clip(r.Host))
	}
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip"} {
		if r.Header.Get(name) != "" {
			return animo.Errorf(animo.Forbidden, "this request came through a proxy (header %s), so anybody could have sent it; make a key first: animo keys add",
				"esta petición llegó por un proxy (cabecera %s), así que pudo enviarla cualquiera; cree antes una clave: animo keys add", name)
		}
	}
	return nil
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
