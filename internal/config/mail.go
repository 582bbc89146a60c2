package config

import (
	"net"
	"net/mail"
	"net/url"
)

// validateMail tells everything that is wrong with the settings for mail.
func (c *Config) validateMail() (errs []error) {
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
			errs = append(errs, wrong("public-url", "%q is no URL like https://animo.example.com, without a path", "%q no es una URL como https://animo.example.com, sin ruta", c.PublicURL))
		}
	}
	if c.SMTPHost == "" {
		return errs
	}
	if c.PublicURL == "" {
		errs = append(errs, wrong("public-url", "is empty; mail needs it, for the link with which its recipients unsubscribe", "está vacío; el correo lo necesita, para el enlace con que sus destinatarios cancelan la suscripción"))
	}
	if _, err := mail.ParseAddress(c.SMTPFrom); err != nil {
		errs = append(errs, wrong("smtp-from", "%q is no address like animo@example.com", "%q no es una dirección como animo@example.com", c.SMTPFrom))
	}
	if c.SMTPPort < 0 || c.SMTPPort > 65535 {
		errs = append(errs, wrong("smtp-port", "%d is no port", "%d no es un puerto", c.SMTPPort))
	}
	if c.SMTPTLS == "none" && (c.SMTPUser != "" || !loopback(c.SMTPHost)) {
		errs = append(errs, wrong("smtp-tls", "none is for a server on this machine and without a user", "none es para un servidor en esta máquina y sin usuario"))
	}
	if c.SMTPUser != "" && c.SMTPPassword == "" {
		errs = append(errs, wrong("smtp-password", "is empty; put the user's password into ANIMO_SMTP_PASSWORD", "está vacío; ponga la contraseña del usuario en ANIMO_SMTP_PASSWORD"))
	}
	return errs
}

// loopback reports whether a host is this machine's own address.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
