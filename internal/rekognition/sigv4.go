package rekognition

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Signatures of version 4 as AWS's tools make them:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
const (
	algorithm  = "AWS4-HMAC-SHA256"
	service    = "rekognition"
	terminator = "aws4_request"
	dateLayout = "20060102T150405Z"
)

// skew is how far a request's date may be from the server's: what AWS allows.
const skew = 15 * time.Minute

// maxExpires is the longest that a presigned request may be valid: seven days, as with AWS.
const maxExpires = 7 * 24 * time.Hour

// signature is what a request says of its signature, in the Authorization header or in its query.
type signature struct {
	accessKey string
	day       string // of the credential's scope, such as 20260131
	region    string
	signed    []string // the names of the headers that were signed, in lower case
	sum       []byte   // the signature itself
	date      string   // as dateLayout
	at        time.Time
	presigned bool
	expires   time.Duration // of a presigned request; skew where it does not say
}

// signatureOf reads a request's signature. The errors are failures: MissingAuthenticationTokenException where
// there is none, IncompleteSignatureException where it cannot be read, InvalidSignatureException where it is for
// another service.
func signatureOf(r *http.Request) (signature, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return signature{}, incomplete("the query string cannot be read")
	}
	header := r.Header["Authorization"]
	switch presigned := query.Has("X-Amz-Signature") || query.Has("X-Amz-Algorithm"); {
	case presigned && len(header) > 0:
		return signature{}, incomplete("the request is signed in its query and in the Authorization header; choose one")
	case presigned:
		return presignedOf(query)
	case len(header) == 1:
		s, err := parseAuthorization(header[0])
		if err == nil {
			err = s.dated(r.Header.Get("X-Amz-Date"))
		}
		return s, err
	case len(header) > 1:
		return signature{}, incomplete("there is more than one Authorization header")
	}
	return signature{}, failf("MissingAuthenticationTokenException", "Missing Authentication Token")
}

// parseAuthorization reads an Authorization header.
func parseAuthorization(header string) (signature, error) {
	rest, ok := strings.CutPrefix(header, algorithm)
	if !ok || rest == "" || rest[0] != ' ' {
		return signature{}, incomplete("the Authorization header does not begin with " + algorithm)
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if _, twice := fields[name]; twice {
			return signature{}, incomplete("the Authorization header has a part twice")
		}
		fields[name] = value
	}
	return signatureFrom(fields["Credential"], fields["SignedHeaders"], fields["Signature"])
}

// presignedOf reads a signature from a query.
func presignedOf(query url.Values) (signature, error) {
	for _, name := range []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Date"} {
		if len(query[name]) != 1 {
			return signature{}, incomplete("the query string needs " + name + " exactly once")
		}
	}
	if query.Get("X-Amz-Algorithm") != algorithm {
		return signature{}, incomplete("X-Amz-Algorithm must be " + algorithm)
	}
	s, err := signatureFrom(query.Get("X-Amz-Credential"), query.Get("X-Amz-SignedHeaders"), query.Get("X-Amz-Signature"))
	if err != nil {
		return s, err
	}
	s.presigned, s.expires = true, skew
	if query.Has("X-Amz-Expires") {
		seconds, err := strconv.Atoi(query.Get("X-Amz-Expires"))
		if err != nil || seconds < 1 || seconds > int(maxExpires/time.Second) {
			return s, incomplete("X-Amz-Expires must be 1 to 604800 seconds")
		}
		s.expires = time.Duration(seconds) * time.Second
	}
	return s, s.dated(query.Get("X-Amz-Date"))
}

// signatureFrom reads the three parts that every signature has.
func signatureFrom(credential, signed, sum string) (s signature, err error) {
	scope := strings.Split(credential, "/")
	n := len(scope)
	if n < 5 || scope[0] == "" || scope[n-3] == "" || scope[n-1] != terminator {
		return s, incomplete("Credential must have the form ACCESS-KEY/DATE/REGION/" + service + "/" + terminator)
	}
	if scope[n-2] != service {
		return s, failf("InvalidSignatureException", "Credential should be scoped to correct service: '%s'.", service)
	}
	s.accessKey, s.day, s.region = strings.Join(scope[:n-4], "/"), scope[n-4], scope[n-3]
	s.signed = strings.Split(signed, ";")
	if signed == "" || !slices.IsSorted(s.signed) || slices.Contains(s.signed, "") || strings.ToLower(signed) != signed ||
		len(slices.Compact(slices.Clone(s.signed))) != len(s.signed) {
		return s, incomplete("SignedHeaders must name headers in lower case, each once, in order, with ; between them")
	}
	s.sum, err = hex.DecodeString(sum)
	if err != nil || len(s.sum) != sha256.Size {
		return s, incomplete("Signature must have 64 hexadecimal digits")
	}
	return s, nil
}

// dated returns the signature its date.
func (s *signature) dated(date string) (err error) {
	s.date = date
	if s.at, err = time.Parse(dateLayout, date); err != nil || s.at.Format(dateLayout) != date {
		return incomplete("X-Amz-Date must be there and have the form YYYYMMDD'T'HHMMSS'Z'")
	}
	if s.day != date[:len("20060102")] {
		return failf("InvalidSignatureException", "Date in Credential scope does not match the date of X-Amz-Date.")
	}
	return nil
}

// fresh answers InvalidSignatureException for a signature that is too old or from the future.
func (s *signature) fresh(now time.Time) error {
	now = now.UTC()
	limit := skew
	if s.presigned {
		limit = s.expires
	}
	if earliest := now.Add(-limit); s.at.Before(earliest) {
		return failf("InvalidSignatureException", "Signature expired: %s is now earlier than %s (%s - %v)",
			s.date, earliest.Format(dateLayout), now.Format(dateLayout), limit)
	}
	if latest := now.Add(skew); s.at.After(latest) {
		return failf("InvalidSignatureException", "Signature not yet current: %s is still later than %s (%s + %v)",
			s.date, latest.Format(dateLayout), now.Format(dateLayout), skew)
	}
	return nil
}

// verify answers InvalidSignatureException unless the request with that body was signed with the secret. Whatever
// names the operation or changes the request's meaning must have been signed: the host and all X-Amz- headers.
func (s *signature) verify(r *http.Request, body []byte, secret string) error {
	if !slices.Contains(s.signed, "host") {
		return failf("InvalidSignatureException", "'Host' must be a 'SignedHeader' in the AWS Authorization.")
	}
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Amz-") && !slices.Contains(s.signed, strings.ToLower(name)) {
			return failf("InvalidSignatureException", "'%s' must be a 'SignedHeader' in the AWS Authorization.", strings.ToLower(name))
		}
	}
	if !hmac.Equal(s.sum, s.compute(r, body, secret)) {
		return failf("InvalidSignatureException", "The request signature we calculated does not match the signature you provided. "+
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	return nil
}

// compute returns the signature that the request with that body has when it is signed with the secret.
func (s *signature) compute(r *http.Request, body []byte, secret string) []byte {
	canonical := strings.Join([]string{
		r.Method, canonicalPath(r.URL), s.canonicalQuery(r.URL.RawQuery), s.canonicalHeaders(r),
		strings.Join(s.signed, ";"), hash(body),
	}, "\n")
	scope := strings.Join([]string{s.day, s.region, service, terminator}, "/")
	key := []byte("AWS4" + secret)
	for _, part := range []string{s.day, s.region, service, terminator} {
		key = mac(key, part)
	}
	return mac(key, strings.Join([]string{algorithm, s.date, scope, hash([]byte(canonical))}, "\n"))
}

// canonicalPath is the path, escaped once more than it was sent.
func canonicalPath(u *url.URL) string {
	path := u.EscapedPath()
	if path == "" {
		return "/"
	}
	return strings.ReplaceAll(escape(path), "%2F", "/")
}

// canonicalQuery is the query in the order of its escaped names and values, without the signature.
func (s *signature) canonicalQuery(raw string) string {
	query, _ := url.ParseQuery(raw) // signatureOf has read it
	var pairs [][2]string
	for name, values := range query {
		if name == "X-Amz-Signature" && s.presigned {
			continue
		}
		for _, v := range values {
			pairs = append(pairs, [2]string{escape(name), escape(v)})
		}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	parts := make([]string, len(pairs))
	for i, p := range pairs {
		parts[i] = p[0] + "=" + p[1]
	}
	return strings.Join(parts, "&")
}

// canonicalHeaders lists the signed headers, a line each.
func (s *signature) canonicalHeaders(r *http.Request) string {
	var b strings.Builder
	for _, name := range s.signed {
		values := r.Header.Values(name)
		switch name {
		case "host":
			values = []string{r.Host}
		case "content-length":
			values = []string{strconv.FormatInt(r.ContentLength, 10)}
		}
		b.WriteString(name + ":")
		for i, v := range values {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(strings.Join(strings.FieldsFunc(v, func(c rune) bool { return c == ' ' }), " "))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// escape writes a text as RFC 3986 does, with all but unreserved characters as %XX.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func incomplete(why string) error {
	return failf("IncompleteSignatureException", "The signature cannot be read: %s.", why)
}
