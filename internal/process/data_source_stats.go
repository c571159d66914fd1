package process

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

var (
	_ datasource.DataSource                     = (*statsDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*statsDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*statsDataSource)(nil)
)

// statsDataSource is cf_process_stats: what the instances of a process use.
type statsDataSource struct{ dataSourceClient }

// NewStatsDataSource makes the data source cf_process_stats.
func NewStatsDataSource() datasource.DataSource { return &statsDataSource{} }

// Metadata names the data source.
func (d *statsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_process_stats"
}

// Schema describes the data source.
func (d *statsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := addressAttributes()
	attributes["stats"] = schema.ListNestedAttribute{
		Computed: true,
		MarkdownDescription: "The instances of the process, in the API's order. What an instance does not have is null: " +
			"one that is `DOWN` has hardly more than its state.",
		NestedObject: schema.NestedAttributeObject{Attributes: statAttributes()},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads what each instance of a process does and uses: state, CPU, memory, disk, ports and " +
			"quotas. The numbers change with every read; for the states alone, `cf_process_instances` asks for less. " +
			"Warnings of the API about the numbers become warnings of Terraform.",
		Attributes: attributes,
	}
}

func statAttributes() map[string]schema.Attribute {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	whole := func(description string) schema.Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	number := func(description string) schema.Attribute {
		return schema.NumberAttribute{Computed: true, MarkdownDescription: description}
	}
	attributes := map[string]schema.Attribute{
		"type":          text("Type of the process."),
		"index":         whole("Index of the instance, from 0."),
		"instance_guid": text("GUID of the instance; a replaced instance has another one. Null on Korifi."),
		"state":         text("`RUNNING`, `STARTING`, `STOPPING`, `CRASHED` or `DOWN`."),
		"routable":      schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the instance gets requests: its readiness check succeeds."},
		"usage": schema.SingleNestedAttribute{
			Computed: true, MarkdownDescription: "What the instance uses.",
			Attributes: map[string]schema.Attribute{
				"time":            text("When this was measured."),
				"cpu":             number("CPU in use, as a fraction of one core."),
				"cpu_entitlement": number("CPU in use, as a fraction of what the instance is entitled to."),
				"mem":             whole("Memory in use, in bytes."),
				"disk":            whole("Disk in use, in bytes."),
				"log_rate":        whole("Bytes logged a second."),
			},
		},
		"host":                 text("The host on which the instance runs."),
		"instance_internal_ip": text("Address of the instance in the container network."),
		"instance_ports": schema.ListNestedAttribute{
			Computed: true, MarkdownDescription: "How the ports of the instance are reached.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"external":                whole("Port on the host; 0 or null when it is closed."),
				"internal":                whole("Port on which the instance listens."),
				"external_tls_proxy_port": whole("Port on the host for TLS."),
				"internal_tls_proxy_port": whole("Port of the TLS proxy in the instance."),
			}},
		},
		"uptime":            whole("Seconds since the instance started, on Cloud Controller since its state last changed."),
		"mem_quota":         whole("Memory that the instance may use, in bytes."),
		"disk_quota":        whole("Disk that the instance may use, in bytes."),
		"log_rate_limit":    whole("Bytes that the instance may log a second; -1 is unlimited."),
		"fds_quota":         whole("File descriptors that the instance may use."),
		"isolation_segment": text("Isolation segment of the instance; null for the shared one."),
		"details":           text("Why the instance does not run, where the platform knows."),
	}
	return attributes
}

// ConfigValidators check the address.
func (d *statsDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{addressValidator{}}
}

// Read asks for the stats: GET /v3/processes/{guid}/stats, or the same by app
// and type.
func (d *statsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	respond(ctx, d.Client, req, resp, d.read)
}

func (d *statsDataSource) read(ctx context.Context, client *capi.Client, config tftypes.Value) (tftypes.Value, diag.Diagnostics) {
	address := argumentAddress(objectOf(config))
	stats, err := client.ProcessStats(ctx, address.address())
	if err != nil {
		failure := readFailure(address)
		failure.Action = "read the stats of " + address.address().String()
		return tftypes.Value{}, diag.Diagnostics{failure.Diagnostic(err)}
	}
	values := make([]tftypes.Value, 0, len(stats.Resources))
	for i := range stats.Resources {
		values = append(values, statValue(&stats.Resources[i]))
	}
	return with(config, "stats", listOf(statType, values)), apiWarnings(stats.Warnings)
}

// The Terraform types of the stats.
var (
	usageType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"time": tftypes.String, "cpu": tftypes.Number, "cpu_entitlement": tftypes.Number,
		"mem": tftypes.Number, "disk": tftypes.Number, "log_rate": tftypes.Number,
	}}
	portType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"external": tftypes.Number, "internal": tftypes.Number,
		"external_tls_proxy_port": tftypes.Number, "internal_tls_proxy_port": tftypes.Number,
	}}
	statType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"type": tftypes.String, "index": tftypes.Number, "instance_guid": tftypes.String, "state": tftypes.String,
		"routable": tftypes.Bool, "usage": usageType, "host": tftypes.String, "instance_internal_ip": tftypes.String,
		"instance_ports": tftypes.List{ElementType: portType}, "uptime": tftypes.Number,
		"mem_quota": tftypes.Number, "disk_quota": tftypes.Number, "log_rate_limit": tftypes.Number,
		"fds_quota": tftypes.Number, "isolation_segment": tftypes.String, "details": tftypes.String,
	}}
	nullUsage = tftypes.NewValue(usageType, nil)
	nullPorts = tftypes.NewValue(tftypes.List{ElementType: portType}, nil)
)

// statValue is the value of the stats of one instance.
func statValue(s *capi.InstanceStats) tftypes.Value {
	values := map[string]tftypes.Value{
		"type":                 stringValue(s.Type),
		"index":                numberValue(s.Index),
		"instance_guid":        stringValue(s.InstanceGUID),
		"state":                stringValue((*string)(s.State)),
		"routable":             nullBool,
		"usage":                nullUsage,
		"host":                 stringValue(s.Host),
		"instance_internal_ip": stringValue(s.InstanceInternalIP),
		"instance_ports":       nullPorts,
		"uptime":               numberValue(s.Uptime),
		"mem_quota":            numberValue(s.MemQuota),
		"disk_quota":           numberValue(s.DiskQuota),
		"log_rate_limit":       numberValue(s.LogRateLimit),
		"fds_quota":            numberValue(s.FDsQuota),
		"isolation_segment":    stringValue(s.IsolationSegment),
		"details":              stringValue((*string)(s.Details)),
	}
	if s.Routable != nil {
		values["routable"] = boolValue(*s.Routable)
	}
	if u := s.Usage; u != nil {
		values["usage"] = tftypes.NewValue(usageType, map[string]tftypes.Value{
			"time": stringValue(u.Time), "cpu": decimalValue(u.CPU), "cpu_entitlement": decimalValue(u.CPUEntitlement),
			"mem": numberValue(u.Mem), "disk": numberValue(u.Disk), "log_rate": numberValue(u.LogRate),
		})
	}
	if s.InstancePorts != nil {
		ports := make([]tftypes.Value, 0, len(s.InstancePorts))
		for _, p := range s.InstancePorts {
			ports = append(ports, tftypes.NewValue(portType, map[string]tftypes.Value{
				"external": numberValue(p.External), "internal": numberValue(p.Internal),
				"external_tls_proxy_port": numberValue(p.ExternalTLSProxyPort),
				"internal_tls_proxy_port": numberValue(p.InternalTLSProxyPort),
			}))
		}
		values["instance_ports"] = listOf(portType, ports)
	}
	return tftypes.NewValue(statType, values)
}

func decimalValue(d *capi.Decimal) tftypes.Value {
	if d == nil {
		return nullNumber
	}
	return tftypes.NewValue(tftypes.Number, d.BigFloat())
}
