package process

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// processChanges are the requests that turn a process into what the configuration
// names. They carry what differs and nothing else.
type processChanges struct {
	update capi.ProcessUpdate
	scale  capi.ProcessScale
}

// changesFor compares the configuration with the process as it is now. prior
// is the state before; nil while the process is adopted.
func changesFor(config, prior object, p *capi.Process) processChanges {
	return processChanges{update: updateFor(config, prior, p), scale: scaleFor(config, p)}
}

func updateFor(config, prior object, p *capi.Process) capi.ProcessUpdate {
	command := p.Command
	if before, ok := prior.text("command"); ok && before != "" && p.CommandRedacted {
		// The best that is known of a hidden command is what the state has.
		command = &before
	}
	u := capi.ProcessUpdate{
		Command: resettable(config, prior, "command", command, p.CommandRedacted),
		User:    resettable(config, prior, "user", p.User, false),
	}
	if p.OnKorifi() && u.Command.IsNull() {
		// There, null means "leave as is" and "" goes back to the default.
		u.Command = capi.Set("")
	}
	u.HealthCheck = healthCheckUpdate(config.child("health_check"), p.HealthCheck)
	u.ReadinessHealthCheck = healthCheckUpdate(config.child("readiness_health_check"), p.ReadinessHealthCheck)
	u.Metadata = metadataUpdate(config.child("metadata"), p.Metadata)
	return u
}

// resettable is the change of an attribute that "" gives back to its default.
// Once given back, it is left alone: what the API shows then is the default.
func resettable(config, prior object, name string, current *string, hidden bool) capi.Field[string] {
	wanted, set := config.text(name)
	if !set {
		return capi.Omit[string]()
	}
	if wanted != "" {
		return changed(&wanted, current)
	}
	before, was := prior.text(name)
	isDefault := !hidden && (current == nil || *current == "")
	if isDefault || (was && before == "") {
		return capi.Omit[string]()
	}
	return capi.Null[string]()
}

// changed is a field that is sent when it is wanted and differs.
func changed[T comparable](wanted, current *T) capi.Field[T] {
	if wanted == nil || (current != nil && *wanted == *current) {
		return capi.Omit[T]()
	}
	return capi.Set(*wanted)
}

func scaleFor(config object, p *capi.Process) capi.ProcessScale {
	return capi.ProcessScale{
		Instances:  changed(config.numberPointer("instances"), p.Instances),
		MemoryInMB: changed(config.numberPointer("memory_in_mb"), p.MemoryInMB),
		DiskInMB:   changed(config.numberPointer("disk_in_mb"), p.DiskInMB),
		LogRateLimitInBytesPerSecond: changed(
			config.numberPointer("log_rate_limit_in_bytes_per_second"), p.LogRateLimitInBytesPerSecond),
	}
}

func healthCheckUpdate(config object, current *capi.HealthCheck) capi.Field[capi.HealthCheckUpdate] {
	if current == nil {
		current = &capi.HealthCheck{}
	}
	now := current.Data
	if now == nil {
		now = &capi.HealthCheckData{}
	}
	wanted := config.child("data")
	data := capi.HealthCheckDataUpdate{
		Timeout:           changed(wanted.numberPointer("timeout"), now.Timeout),
		InvocationTimeout: changed(wanted.numberPointer("invocation_timeout"), now.InvocationTimeout),
		Interval:          changed(wanted.numberPointer("interval"), now.Interval),
		Endpoint:          changed(wanted.textPointer("endpoint"), now.Endpoint),
	}
	update := capi.HealthCheckUpdate{Type: changed(config.textPointer("type"), current.Type)}
	if data != (capi.HealthCheckDataUpdate{}) {
		update.Data = capi.Set(data)
	}
	if update.Type.IsZero() && update.Data.IsZero() {
		return capi.Omit[capi.HealthCheckUpdate]()
	}
	return capi.Set(update)
}

func metadataUpdate(config object, current *capi.Metadata) capi.Field[capi.MetadataUpdate] {
	if current == nil {
		current = &capi.Metadata{}
	}
	update := capi.MetadataUpdate{
		Labels:      metadataChanges(config, "labels", current.Labels),
		Annotations: metadataChanges(config, "annotations", current.Annotations),
	}
	if len(update.Labels) == 0 && len(update.Annotations) == 0 {
		return capi.Omit[capi.MetadataUpdate]()
	}
	return capi.Set(update)
}

// metadataChanges are the keys to set and the keys to remove: the configured
// map is the whole of it, but for the platform's own keys.
func metadataChanges(config object, name string, current map[string]*string) map[string]capi.Field[string] {
	wanted, set := config.textMap(name)
	if !set {
		return nil
	}
	fields := make(map[string]capi.Field[string])
	for key, value := range wanted {
		if field := changed(&value, current[key]); !field.IsZero() {
			fields[key] = field
		}
	}
	for key := range current {
		if _, keep := wanted[key]; !keep && !platformKey(key) {
			fields[key] = capi.Null[string]()
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return fields
}

// platformKey reports whether a label or annotation belongs to the platform,
// which puts it back whenever it is removed.
func platformKey(key string) bool { return strings.HasPrefix(key, capi.KorifiMetadataPrefix) }

// managedMetadataValue is the metadata without the platform's own keys, as the
// resource shows it.
func managedMetadataValue(m *capi.Metadata) tftypes.Value {
	if m == nil {
		return nullMetadata
	}
	return metadataValue(&capi.Metadata{Labels: managedKeys(m.Labels), Annotations: managedKeys(m.Annotations)})
}

func managedKeys(all map[string]*string) map[string]*string {
	if all == nil {
		return nil
	}
	managed := make(map[string]*string, len(all))
	for key, value := range all {
		if !platformKey(key) {
			managed[key] = value
		}
	}
	return managed
}

// lackingOnKorifi are the errors for what is set but does not exist there. kind
// is the type of the health check that the process has or will have.
func lackingOnKorifi(config object, kind string) diag.Diagnostics {
	var diags diag.Diagnostics
	lacking := func(set bool, at path.Path) {
		if set {
			diags.AddAttributeError(at, "Not available on this foundation",
				fmt.Sprintf("The process runs on Korifi, whose API does not have %s. Leave it out.", at))
		}
	}
	lacking(config.given("user"), path.Root("user"))
	lacking(config.given("log_rate_limit_in_bytes_per_second"), path.Root("log_rate_limit_in_bytes_per_second"))
	lacking(config.given("readiness_health_check"), path.Root("readiness_health_check"))
	at, data := path.Root("health_check").AtName("data"), config.child("health_check").child("data")
	lacking(data.given("interval"), at.AtName("interval"))
	if kind == "process" && data.given("invocation_timeout") {
		diags.AddAttributeError(at.AtName("invocation_timeout"), "Not available on this foundation",
			"The process runs on Korifi, where a health check of type \"process\" has no invocation_timeout. "+
				"Leave it out, or use the type \"port\" or \"http\".")
	}
	return diags
}

// checkAgainst refuses what the process, now that it is known, does not allow:
// an address that does not agree with itself, an attribute that the foundation
// lacks, an endpoint for a check that has none.
func checkAgainst(config object, p *capi.Process) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, part := range []struct {
		name   string
		actual *string
	}{{"app_guid", p.AppGUID()}, {"type", p.Type}} {
		wanted, set := config.text(part.name)
		if set && part.actual != nil && !strings.EqualFold(wanted, *part.actual) {
			diags.AddAttributeError(path.Root(part.name), "The address does not agree with itself",
				fmt.Sprintf("The process %s has %s %q, but the configuration says %q. Set only guid, or only app_guid and type.",
					p.GUID, part.name, *part.actual, wanted))
		}
	}
	if p.OnKorifi() {
		kind, set := config.child("health_check").text("type")
		if !set && p.HealthCheck != nil && p.HealthCheck.Type != nil {
			kind = *p.HealthCheck.Type
		}
		diags.Append(lackingOnKorifi(config, kind)...)
	}
	for _, one := range []struct {
		name    string
		current *capi.HealthCheck
	}{{"health_check", p.HealthCheck}, {"readiness_health_check", p.ReadinessHealthCheck}} {
		check, current := config.child(one.name), one.current
		if !check.child("data").has("endpoint") {
			continue
		}
		kind, set := check.text("type")
		if !set && current != nil && current.Type != nil {
			kind, set = *current.Type, true
		}
		if set && kind != "http" {
			at := path.Root(one.name).AtName("data").AtName("endpoint")
			diags.AddAttributeError(at, "Endpoint without http", endpointAdvice(at, kind))
		}
	}
	return diags
}
