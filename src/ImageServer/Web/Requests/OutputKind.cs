namespace ImageSdk.ImageServer.Web.Requests;

/// <summary>What a page is wanted as.</summary>
enum OutputKind
{
    Html,
    Text,
    Json,
}
