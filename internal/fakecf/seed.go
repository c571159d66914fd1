package fakecf

import (
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// Credentials of every foundation. They are not valid anywhere else.
const (
	// User and Password log in to the internal identity provider as Admin.
	User     = "platform-admin@example.org"
	Password = "fake-password-of-the-admin"
	// Origin is a second identity provider, where User has another password.
	Origin         = "corporate-ldap"
	OriginPassword = "fake-password-of-the-directory"
	// AuditorUser may read everything except secrets.
	AuditorUser     = "space-auditor@example.org"
	AuditorPassword = "fake-password-of-the-auditor"
	// ClientID may use client credentials, as Admin.
	ClientID     = "pipeline"
	ClientSecret = "fake-secret/of+the:pipeline"
	// Assertion is accepted by the JWT bearer grant, from AssertionOrigin.
	Assertion       = "eyJmYWtlIjoiaGVhZGVyIn0.eyJmYWtlIjoiYXNzZXJ0aW9uIn0.fake-signature"
	AssertionOrigin = "pipeline-oidc"
)

// GUIDs of the seeded organizations, spaces and apps.
const (
	OrgGUIDRetail     = "0a11c0de-0000-4000-8000-000000000001"
	OrgGUIDPlatform   = "0a11c0de-0000-4000-8000-000000000002"
	OrgGUIDRestricted = "0a11c0de-0000-4000-8000-000000000003"

	SpaceGUIDProduction = "5bace000-0000-4000-8000-000000000001" // of retail
	SpaceGUIDStaging    = "5bace000-0000-4000-8000-000000000002" // of retail
	SpaceGUIDTools      = "5bace000-0000-4000-8000-000000000003" // of platform
	SpaceGUIDVault      = "5bace000-0000-4000-8000-000000000004" // of restricted: visible only to global roles

	AppGUID         = "a9900000-0000-4000-8000-000000000001" // storefront: web and worker
	AppGUIDCatalog  = "a9900000-0000-4000-8000-000000000002"
	AppGUIDPayments = "a9900000-0000-4000-8000-000000000003"
	AppGUIDStaging  = "a9900000-0000-4000-8000-000000000004" // another storefront, in staging
	AppGUIDTools    = "a9900000-0000-4000-8000-000000000005"
	AppGUIDStopped  = "a9900000-0000-4000-8000-000000000006"
	AppGUIDVault    = "a9900000-0000-4000-8000-000000000007"
)

// GUIDs of the seeded processes.
const (
	// GUIDWeb has an http health check and a readiness check with every field, and two sidecars.
	GUIDWeb = "9c0ce550-0000-4000-8000-000000000001"
	// GUIDWorker belongs to the same app and has 0 instances.
	GUIDWorker = "9c0ce550-0000-4000-8000-000000000002"
	// GUIDLabels has labels with prefixes and annotations that are not ASCII.
	GUIDLabels = "9c0ce550-0000-4000-8000-000000000003"
	// GUIDNoRevision has null as its revision and no metadata.
	GUIDNoRevision = "9c0ce550-0000-4000-8000-000000000004"
	// GUIDHiddenCommand hides its command from every role.
	GUIDHiddenCommand = "9c0ce550-0000-4000-8000-000000000005"
	// GUIDTanzu has a registry credential.
	GUIDTanzu = "9c0ce550-0000-4000-8000-000000000006"
	// GUIDSparse omits the fields that Korifi omits.
	GUIDSparse = "9c0ce550-0000-4000-8000-000000000007"
	// GUIDTroubled has a RUNNING, a CRASHED and a DOWN instance.
	GUIDTroubled = "9c0ce550-0000-4000-8000-000000000008"
	// GUIDStopped belongs to an app that is stopped.
	GUIDStopped = "9c0ce550-0000-4000-8000-000000000009"
	// GUIDStaging is the web process in staging, with a command that was detected.
	GUIDStaging = "9c0ce550-0000-4000-8000-00000000000a"
	// GUIDVault is in the restricted space.
	GUIDVault = "9c0ce550-0000-4000-8000-00000000000b"
)

// RegistryCredentialGUID is the registry credential of GUIDTanzu.
const RegistryCredentialGUID = "c4ede000-0000-4000-8000-000000000001"

var seedTime = time.Date(2025, time.March, 3, 9, 0, 0, 0, time.UTC)

func (f *Foundation) seedCredentials() {
	f.SetUser(User, Password, "uaa", Admin)
	f.SetUser(User, OriginPassword, Origin, Admin)
	f.SetUser(AuditorUser, AuditorPassword, "uaa", SpaceAuditor)
	f.SetClient(ClientID, ClientSecret, Admin)
	f.SetAssertion(Assertion, AssertionOrigin, Admin)
}

func (f *Foundation) seed() {
	f.Write(func(db *state.DB) {
		db.AddOrganization(OrgGUIDRetail, "retail", seedTime)
		db.AddOrganization(OrgGUIDPlatform, "platform-tools", seedTime.Add(time.Hour))
		db.AddOrganization(OrgGUIDRestricted, "restricted", seedTime.Add(2*time.Hour))
		db.AddSpace(SpaceGUIDProduction, OrgGUIDRetail, "production", seedTime)
		db.AddSpace(SpaceGUIDStaging, OrgGUIDRetail, "staging", seedTime.Add(time.Hour))
		db.AddSpace(SpaceGUIDTools, OrgGUIDPlatform, "tools", seedTime.Add(2*time.Hour))
		db.AddSpace(SpaceGUIDVault, OrgGUIDRestricted, "vault", seedTime.Add(3*time.Hour)).Restricted = true
		db.AddApp(AppGUID, SpaceGUIDProduction, "storefront", seedTime)
		db.AddApp(AppGUIDCatalog, SpaceGUIDProduction, "catalog", seedTime.Add(time.Hour))
		db.AddApp(AppGUIDPayments, SpaceGUIDProduction, "payments", seedTime.Add(2*time.Hour))
		db.AddApp(AppGUIDStaging, SpaceGUIDStaging, "storefront", seedTime.Add(3*time.Hour))
		db.AddApp(AppGUIDTools, SpaceGUIDTools, "build-dashboard", seedTime.Add(4*time.Hour))
		db.AddApp(AppGUIDStopped, SpaceGUIDTools, "old-reports", seedTime.Add(5*time.Hour)).State = state.Stopped
		db.AddApp(AppGUIDVault, SpaceGUIDVault, "key-vault", seedTime.Add(6*time.Hour))
	})
	for i, p := range seedProcesses() {
		p.CreatedAt = seedTime.Add(time.Duration(i) * time.Hour)
		p.UpdatedAt = p.CreatedAt.Add(30 * time.Minute)
		p.Version = state.GUID("version", p.GUID)
		f.AddProcess(p.AppGUID, p)
	}
	f.SetInstance(GUIDTroubled, 1, func(i *Instance) {
		i.State, i.Routable = "CRASHED", Ptr(false)
		i.Details = Ptr("APP/PROC/WEB: Exited with status 137 (out of memory)")
	})
	f.SetInstance(GUIDTroubled, 2, func(i *Instance) {
		i.State, i.Routable = "DOWN", Ptr(false)
		i.Details = Ptr("insufficient resources: memory")
	})
	f.AddSidecar(AppGUID, Sidecar{
		GUID: "51deca40-0000-4000-8000-000000000001", Name: "auth-proxy", Command: "bin/auth-proxy --port 8081",
		ProcessTypes: []string{"web", "worker"}, MemoryInMB: Ptr[int64](64),
	})
	f.AddSidecar(AppGUID, Sidecar{
		GUID: "51deca40-0000-4000-8000-000000000002", Name: "metrics-agent", Command: "bin/agent",
		ProcessTypes: []string{"web"}, Origin: "buildpack",
	})
}

func seedProcesses() []Process {
	revision := func(n string) *string { return Ptr(state.GUID("revision", n)) }
	return []Process{
		{
			GUID: GUIDWeb, AppGUID: AppGUID, Type: "web", User: Ptr("vcap"),
			Command: Ptr("bundle exec rackup config.ru -p $PORT"), DetectedCommand: Ptr("bundle exec rackup"),
			Instances: 3, MemoryInMB: 512, DiskInMB: 2048, LogRateLimit: Ptr[int64](16384), RevisionGUID: revision("web"),
			HealthCheck: &HealthCheck{
				Type: "http", Timeout: Ptr[int64](60), InvocationTimeout: Ptr[int64](5),
				Interval: Ptr[int64](10), Endpoint: Ptr("/health"),
			},
			ReadinessHealthCheck: &HealthCheck{
				Type: "http", InvocationTimeout: Ptr[int64](2), Interval: Ptr[int64](5), Endpoint: Ptr("/ready"),
			},
			Labels:      map[string]string{"environment": "production", "team": "storefront"},
			Annotations: map[string]string{"contact": "storefront-team@example.org"},
		},
		{
			GUID: GUIDWorker, AppGUID: AppGUID, Type: "worker", Command: Ptr("bundle exec sidekiq"),
			DetectedCommand: Ptr("bundle exec sidekiq"), Instances: 0, MemoryInMB: 1024, DiskInMB: 1024, RevisionGUID: revision("web"),
			Labels: map[string]string{"environment": "production"},
		},
		{
			GUID: GUIDLabels, AppGUID: AppGUIDCatalog, Type: "web", DetectedCommand: Ptr("java -jar catalog.jar"),
			Instances: 2, MemoryInMB: 1024, DiskInMB: 1024, RevisionGUID: revision("catalog"),
			HealthCheck: &HealthCheck{Type: "port", Timeout: Ptr[int64](180)},
			Labels: map[string]string{
				"environment": "production", "example.org/tier": "backend", "team.example.org/cost-center": "cc-4711", "empty": "",
			},
			Annotations: map[string]string{
				"contact": "catalog-team@example.org", "example.org/note": "Größe & Preis <geprüft> – „Katalog“ 目録 🚀",
				"quotes": `say "hi" \ back`,
			},
		},
		{
			GUID: GUIDNoRevision, AppGUID: AppGUIDCatalog, Type: "indexer", Command: Ptr("java -jar indexer.jar"),
			Instances: 1, MemoryInMB: 2048, DiskInMB: 4096,
		},
		{
			GUID: GUIDHiddenCommand, AppGUID: AppGUIDPayments, Type: "web", Command: Ptr("bin/payments --merchant-key fake-merchant-key"),
			HideCommand: true, Instances: 2, MemoryInMB: 768, DiskInMB: 1024, RevisionGUID: revision("payments"),
			Labels: map[string]string{"environment": "production", "pci": "true"},
		},
		{
			GUID: GUIDTanzu, AppGUID: AppGUIDPayments, Type: "ledger", Command: Ptr("/app/ledger"), User: Ptr("ledger"),
			Instances: 1, MemoryInMB: 256, DiskInMB: 512, LogRateLimit: Ptr[int64](0), RevisionGUID: revision("payments"),
			RegistryCredentialGUID:         Ptr(RegistryCredentialGUID),
			RegistryCredentialLastSyncedAt: Ptr("2025-03-03T14:05:06Z"),
		},
		{
			GUID: GUIDSparse, AppGUID: AppGUIDTools, Type: "web", Command: Ptr(""), Instances: 1, MemoryInMB: 256, DiskInMB: 1024,
			Omit: []string{
				"version", "user", "log_rate_limit_in_bytes_per_second", "readiness_health_check", "relationships.revision",
				"links.process_instances", "health_check.data.interval",
			},
		},
		{
			GUID: GUIDTroubled, AppGUID: AppGUIDTools, Type: "runner", Command: Ptr("bin/runner"),
			Instances: 3, MemoryInMB: 256, DiskInMB: 1024, RevisionGUID: revision("tools"),
		},
		{
			GUID: GUIDStopped, AppGUID: AppGUIDStopped, Type: "web", DetectedCommand: Ptr("npm start"),
			Instances: 1, MemoryInMB: 128, DiskInMB: 256,
		},
		{
			GUID: GUIDStaging, AppGUID: AppGUIDStaging, Type: "web", DetectedCommand: Ptr("bundle exec rackup"),
			Instances: 1, MemoryInMB: 256, DiskInMB: 1024, RevisionGUID: revision("staging"),
			Labels: map[string]string{"environment": "staging", "team": "storefront"},
		},
		{
			GUID: GUIDVault, AppGUID: AppGUIDVault, Type: "web", Command: Ptr("bin/vault"),
			Instances: 1, MemoryInMB: 256, DiskInMB: 1024,
		},
	}
}
