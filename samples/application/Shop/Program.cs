var app = WebApplication.CreateBuilder(args).Build();

app.MapGet("/", (IConfiguration configuration) => $"{configuration["SHOP_GREETING"]}!\n");

app.Run();
