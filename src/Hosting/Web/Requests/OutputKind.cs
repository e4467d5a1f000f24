namespace ImageSdk.Hosting.Web.Requests;

/// <summary>What a page is wanted as.</summary>
public enum OutputKind
{
    Html,
    Text,
    Json,
}
