package play

import (
	"connectrpc.com/connect"

	"upline/api/upline/v1/uplinev1connect"
)

// Client calls a server.
type Client struct {
	catalog    uplinev1connect.CatalogServiceClient
	commission uplinev1connect.CommissionServiceClient
	network    uplinev1connect.NetworkServiceClient
	opening    uplinev1connect.OpeningServiceClient
	plan       uplinev1connect.PlanServiceClient
}

// NewClient returns a client of the server at url, like http://127.0.0.1:8080.
func NewClient(web connect.HTTPClient, url string) Client {
	return Client{
		catalog:    uplinev1connect.NewCatalogServiceClient(web, url),
		commission: uplinev1connect.NewCommissionServiceClient(web, url),
		network:    uplinev1connect.NewNetworkServiceClient(web, url),
		opening:    uplinev1connect.NewOpeningServiceClient(web, url),
		plan:       uplinev1connect.NewPlanServiceClient(web, url),
	}
}
