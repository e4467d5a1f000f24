namespace ImageSdk.OpenStack.Keystone;

/// <summary>What came of logging in.</summary>
/// <param name="Text">Sent with each request.</param>
/// <param name="Lifetime">From the moment at which it came.</param>
/// <param name="Services">Addresses, where the cloud told them.</param>
sealed record CloudToken(string Text, TimeSpan Lifetime, ServiceCatalogue Services);
